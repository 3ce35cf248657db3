#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/text/casefold.h"

#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag::protocol;

TEST_CASE("case and compatibility forms do not matter") {
  struct {
    const char* haystack;
    const char* needle;
    bool found;
  } rows[] = {{"Hello World", "o w", true},
              {"Hello World", "O W", true},
              {"Hello", "hello!", false},
              {"GRÖSSE", "größe", true},
              {"größe", "GRÖSSE", true},
              {"cafe\xcc\x81", "CAFÉ", true},
              {"ﬁsh", "FISH", true},
              {"ПРИВЕТ", "привет", true},
              {"x", "", true},
              {"", "", true},
              {"", "x", false},
              {"\xff\xfe", "\xfe", true},
              {"日本語", "本", true},
              {"K", "\xe2\x84\xaa", true},
              {"aab", "ab", true}};
  for (const auto& [haystack, needle, found] : rows) {
    CAPTURE(haystack);
    CAPTURE(needle);
    CHECK(contains_casefolded(haystack, Needle(needle)) == found);
  }
}

TEST_CASE("a text in pieces is searched like the whole") {
  const std::string text =
      "aaab Grö\xc3\x9f"
      "e \xf0\x9f\x98\x80 aaac \xff";
  for (const char* word : {"aac", "GRÖSSE", "e 😀 A", "aaaa", "\xff", "c \xff"}) {
    const Needle needle(word);
    for (std::size_t a = 0; a <= text.size(); ++a)
      for (std::size_t b = a; b <= text.size(); ++b) {
        StreamMatcher matcher(needle);
        matcher.feed(text.substr(0, a));
        matcher.feed(text.substr(a, b - a));
        matcher.feed(text.substr(b));
        CHECK(matcher.end_text() == contains_casefolded(text, needle));
      }
  }
}

TEST_CASE("texts that end do not join") {
  const Needle needle("ab");
  StreamMatcher matcher(needle);
  matcher.feed("a");
  matcher.end_text();
  CHECK_FALSE(matcher.feed("b"));
  CHECK(matcher.feed(" AB"));
}

TEST_CASE("every part of a text is found in it, one byte at a time") {
  CHECK(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("aAbB \xc3\xa4\x84")));
    const auto from = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    const Needle needle(text.substr(from, *rc::gen::inRange<std::size_t>(0, text.size() - from + 1)));
    StreamMatcher matcher(needle);
    for (const char c : text) matcher.feed(std::string_view(&c, 1));
    RC_ASSERT(matcher.end_text() == contains_casefolded(text, needle));
  }));
}
