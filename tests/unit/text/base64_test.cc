// Base64 both ways. RFC 4648.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "protocol/text/base64.h"

#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag::protocol;

TEST_CASE("the test vectors of RFC 4648 section 10, both ways") {
  const struct {
    const char* bytes;
    const char* text;
  } rows[] = {{"", ""},
              {"f", "Zg=="},
              {"fo", "Zm8="},
              {"foo", "Zm9v"},
              {"foob", "Zm9vYg=="},
              {"fooba", "Zm9vYmE="},
              {"foobar", "Zm9vYmFy"}};
  for (const auto& row : rows) {
    CHECK(base64_encoded(row.bytes) == row.text);
    CHECK(base64_decoded(row.text) == row.bytes);
  }
  CHECK(base64_decoded("AGEAYg==") == std::string("\0a\0b", 4));
}

TEST_CASE("what is no base64 is refused") {
  for (const char* text : {"=", "Z", "Zg=", "Zg", "====", "Zm 9v", "Zm9v\r\n", "Z===", "Zg==Zg==", "Zm-_"})
    CHECK(base64_decoded(text) == std::nullopt);
}

TEST_CASE("the alphabet of URLs has no padding") {
  CHECK(base64url_decoded("-_8") == "\xfb\xff");
  CHECK(base64url_decoded("Zg") == "f");
  for (const char* text : {"Zg==", "Z", "+/8", "Zm 9"}) CHECK(base64url_decoded(text) == std::nullopt);
}

TEST_CASE("any bytes survive") {
  CHECK(rc::check([](const std::string& bytes) { RC_ASSERT(base64_decoded(base64_encoded(bytes)) == bytes); }));
}
