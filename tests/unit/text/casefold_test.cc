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
              {"GRÖSSE", "größe", false},  // U+00DF has no titlecase property of its own: RFC 5051 section 2
              {"GRÜSSE", "grüsse", true},
              {"ΣΊΣΥΦΟΣ", "σίσυφος", true},
              {"\xc7\x86", "\xc7\x84", true},    // U+01C6 and U+01C4: D, z, caron
              {"D\xc5\xbe", "\xc7\x84", false},  // U+017E alone has a titlecase: Z, caron
              {"cafe\xcc\x81", "CAFÉ", true},
              {"ﬁsh", "FISH", false},  // the ligature decomposes after titlecase: to f, i
              {"ﬁsh", "ﬁSH", true},
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

TEST_CASE("white space of any kind and length is one space") {
  struct {
    const char* haystack;
    const char* needle;
    bool found;
  } rows[] = {{"one\ttwo", "one two", true},
              {"one\r\n  two", "one two", true},
              {"one two", "one\t  two", true},
              {"one\xc2\xa0two", "one two", true},  // no-break space
              {"one\xe3\x80\x80 two", "one two", true},
              {"one two", "e ", true},
              {"one", "e ", false},
              {"onetwo", "one two", false},
              {" \t\r\n", " ", true},
              {"x", " ", false}};
  for (const auto& [haystack, needle, found] : rows) {
    CAPTURE(haystack);
    CAPTURE(needle);
    CHECK(contains_casefolded(haystack, Needle(needle)) == found);
  }
  CHECK(casefolded("a \t b") == "A \t B");  // they sort as different texts
}

TEST_CASE("a text in pieces is searched like the whole") {
  const std::string text =
      "aaab Grö\xc3\x9f"
      "e \xf0\x9f\x98\x80 \r\naaac \xff";
  for (const char* word : {"aac", "GRÖß", "e 😀 A", "😀\ta", "aaaa", "\xff", "c \xff"}) {
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
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("aAbB \t\n\xc3\xa4\x84")));
    const auto from = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    const Needle needle(text.substr(from, *rc::gen::inRange<std::size_t>(0, text.size() - from + 1)));
    StreamMatcher matcher(needle);
    for (const char c : text) matcher.feed(std::string_view(&c, 1));
    RC_ASSERT(matcher.end_text() == contains_casefolded(text, needle));
  }));
}

TEST_CASE("the folded bytes give the order of RFC 5051: titlecase, so letters come before the underscore") {
  CHECK(casefolded("a_") == "A_");
  CHECK(casefolded("abc") < casefolded("_abc"));
  CHECK(casefolded("\xc3\xa4") == "A\xcc\x88");   // the RFC's decomposition: umlauts sort with their letter
  CHECK(casefolded("\xc7\x84") == "Dz\xcc\x8c");  // the RFC's own example
}
