#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/text/fuzzy.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag::protocol;

namespace {

unsigned score(std::string_view text, std::string_view sought, std::size_t piece = std::string_view::npos) {
  const FuzzyNeedle needle(sought);
  FuzzyMatcher matcher(needle);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    if (matcher.feed(text.substr(0, piece))) break;
  matcher.end_text();
  return matcher.score();
}

}  // namespace

TEST_CASE("words are found by words that are nearly the same") {
  struct {
    const char* text;
    const char* sought;
    bool found;
  } rows[] = {{"Hello world", "helo", true},
              {"Hello world", "wrold", false},  // too few trigrams in common
              {"Hello world", "worlds hello", true},
              {"Hello world", "hello moon", false},
              {"Grüße aus Köln", "grüsse koln", true},
              {"Grüße aus Köln", "Gruß nach Köln", false},
              {"Привет всем", "превет", true},
              {"invitation", "invitations", true},
              {"the invitation.", "invittation", true},
              {"a", "b", false},
              {"", "a", false},
              {"?", "!", false},  // no words: only as it is
              {"what?!", "?!", true},
              {"anything", "", true}};
  for (const auto& [text, sought, found] : rows) {
    CAPTURE(text);
    CAPTURE(sought);
    CHECK((score(text, sought) > 0) == found);
  }
}

TEST_CASE("exact matches come first, then those that are more alike") {
  CHECK(score("Say hello", "HELLO") == 100);
  CHECK(score("world, hello", "hello world") == 99);  // the words, not the text
  CHECK(score("hello", "helo") < 99);
  CHECK(score("hello", "helo") > score("helium oil", "helo"));
}

TEST_CASE("of very many words the first count, and a word that is too long is cut") {
  std::string many, rest;
  for (int i = 0; i < 100; ++i) {
    many += "w" + std::to_string(1000 + i * 37) + ", ";
    if (i < 32) rest = many;
  }
  CHECK(FuzzyNeedle(many).words() == FuzzyNeedle::most_words);
  CHECK(score(rest + "!", many) == 99);
  CHECK(score(std::string(200, 'a'), std::string(100, 'a') + "b") == 99);
}

TEST_CASE("the pieces of a text do not matter") {
  rc::check([] {
    const auto letters = rc::gen::container<std::string>(rc::gen::element('a', 'b', 'A', ' ', '-', '\xc3', '\xa4'));
    const std::string text = *letters;
    const std::string sought = *letters;
    const std::size_t piece = *rc::gen::inRange<std::size_t>(1, 5);
    RC_ASSERT(score(text, sought, piece) == score(text, sought));
    RC_ASSERT(score(text, sought) <= 100);
    RC_ASSERT((score(text, sought) == 100) == contains_casefolded(text, Needle(sought)));
  });
}
