#include "commands/search/search_charset.h"

#include <doctest/doctest.h>

using namespace postbag;

TEST_CASE("a search's string becomes UTF-8, or nothing when it is not of its charset") {
  CHECK(search_string("J\xf6rg", "ISO-8859-1") == "J\xc3\xb6rg");
  CHECK(search_string("J\xc3\xb6rg", "") == "J\xc3\xb6rg");
  CHECK(search_string("", "KOI8-R") == "");
  CHECK_FALSE(search_string("J\xf6rg", ""));
  CHECK_FALSE(search_string("J\xf6rg", "UTF-8"));
  CHECK_FALSE(search_string("\xfd", "Shift_JIS"));
  CHECK_FALSE(search_string("\x8e", "EUC-JP"));  // cut
  CHECK(search_string("\xef\xbf\xbd", "UTF-8") == "\xef\xbf\xbd");
}

TEST_CASE("BADCHARSET names what every search may use first") {
  CHECK(bad_charset_code().starts_with("BADCHARSET (US-ASCII UTF-8"));
  CHECK(bad_charset_code().ends_with(")"));
}
