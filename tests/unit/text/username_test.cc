#include "protocol/text/username.h"

#include <string>

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

using postbag::protocol::fold_username;

TEST_CASE("user names are compared as RFC 8265 section 3.3.2 has it") {
  struct {
    const char* name;
    const char* want;
  } rows[] = {
      {"bob", "bob"},
      {"Bob@Example.ORG", "bob@example.org"},
      {"J\u00dcRGEN", "j\u00fcrgen"},
      {"ju\u0308rgen", "j\u00fcrgen"},  // NFC
      {"\uff22\uff4f\uff42", "bob"},    // full width
      {"\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2"},
      {"stra\u00dfe", "stra\u00dfe"},  // lower case, not case folding
      {"\u2163", "\u2173"},            // no compatibility forms: they stay apart from "iv"
      {"", ""},
      {"B\xff", "B\xff"},
  };
  for (const auto& [name, want] : rows) {
    CAPTURE(name);
    CHECK(fold_username(name) == want);
    CHECK(fold_username(fold_username(name)) == fold_username(name));
  }
}
