#include <doctest/doctest.h>

#include "search/charset.h"

using namespace postbag::search;

TEST_CASE("a search's string becomes UTF-8, or nothing when it is not of its charset") {
  CHECK(text_in_charset("J\xf6rg", "ISO-8859-1") == "J\xc3\xb6rg");
  CHECK(text_in_charset("J\xc3\xb6rg", "") == "J\xc3\xb6rg");
  CHECK(text_in_charset("", "KOI8-R") == "");
  CHECK_FALSE(text_in_charset("J\xf6rg", ""));
  CHECK_FALSE(text_in_charset("J\xf6rg", "UTF-8"));
  CHECK_FALSE(text_in_charset("\xfd", "Shift_JIS"));
  CHECK_FALSE(text_in_charset("\x8e", "EUC-JP"));  // cut
  CHECK(text_in_charset("\xef\xbf\xbd", "UTF-8") == "\xef\xbf\xbd");
}

TEST_CASE("BADCHARSET names what every search may use first") {
  CHECK(usual_charsets().starts_with("US-ASCII UTF-8"));
  CHECK_FALSE(usual_charsets().ends_with(" "));
}
