// Preparation of passwords. RFC 4013.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/text/saslprep.h"

#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag::protocol;

TEST_CASE("the examples of RFC 4013 section 3") {
  CHECK(saslprep("I\u00adX") == "IX");
  CHECK(saslprep("user") == "user");
  CHECK(saslprep("USER") == "USER");
  CHECK(saslprep("\u00aa") == "a");
  CHECK(saslprep("\u2168") == "IX");
  CHECK(saslprep("\u0007") == std::nullopt);
  CHECK(saslprep("\u06271") == std::nullopt);
}

TEST_CASE("what each section of the profile does") {
  CHECK(saslprep("a\u00a0b\u3000c") == "a b c");
  CHECK(saslprep("") == "");
  CHECK(saslprep("\u0627\u0628") == "\u0627\u0628");
  CHECK(saslprep("\u0627 1\u0628") == "\u0627 1\u0628");
  for (const std::string text : {"\u0627a\u0628", "\u200e", "\ue000", "\ufdd0", "\U0001fffe", "\ufffd",
                                 "\U000e0041", "\x7f", "\xff", "\xed\xa0\x80"}) {
    CAPTURE(text);
    CHECK(saslprep(text) == std::nullopt);
    CHECK(prepared_password(text) == text);
  }
  CHECK(saslprep(std::string("a\0b", 3)) == std::nullopt);
}

TEST_CASE("what is prepared stays as it is") {
  CHECK(rc::check([](const std::string& text) {
    const auto once = saslprep(text);
    if (once) RC_ASSERT(saslprep(*once) == once);
  }));
}
