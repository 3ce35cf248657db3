#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/utf8.h"
#include "protocol/text/charset/utf7.h"

using postbag::protocol::utf7_from_utf8;
using postbag::protocol::utf8_from_utf7;

TEST_CASE("names in both forms") {
  struct {
    const char* utf8;
    const char* utf7;
  } rows[] = {{"", ""},
              {"INBOX", "INBOX"},
              {"a&b", "a&-b"},
              {"&", "&-"},
              {"Entwürfe", "Entw&APw-rfe"},
              {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},  // RFC 3501 section 5.1.3
              {"😀", "&2D3eAA-"},
              {"ä&ö", "&AOQ-&-&APY-"},
              {"\x01", "&AAE-"}};
  for (const auto& [utf8, utf7] : rows) {
    CAPTURE(utf8);
    CHECK(utf7_from_utf8(utf8) == utf7);
    CHECK(utf8_from_utf7(utf7) == utf8);
  }
}

TEST_CASE("forms that are not canonical are refused") {
  const char* rows[] = {"&",           // a shift without an end
                        "&AOQ",        // the same
                        "&AOQ-&APY-",  // shift right after shift
                        "&AGE-",       // "a" needs no shift
                        "&AOQAYQ-",    // nor within one
                        "&ACY-",       // "&" is "&-"
                        "&AOR-",       // pad bits
                        "&AO-",        // half a unit
                        "&A-",         // less
                        "&AOQA-",      // a unit and a loose digit
                        "&AOQ=-",      // padding
                        "&AO/-",       // '/' of ordinary base64
                        "&2D0-",       // half a surrogate pair
                        "&3gDYPQ-",    // the halves exchanged
                        "\xc3\xa4",    // raw UTF-8
                        "\xff",       "a\x01", "a\x7f"};
  for (const char* utf7 : rows) {
    CAPTURE(utf7);
    CHECK_FALSE(utf8_from_utf7(utf7).has_value());
  }
}

TEST_CASE("every UTF-8 text comes back") {
  CHECK(rc::check([](const std::vector<std::uint32_t>& points) {
    std::string utf8;
    for (const auto p : points)
      if (const char32_t c = p % 0x110000; c < 0xd800 || c > 0xdfff) postbag::append_utf8(utf8, c);
    RC_ASSERT(utf8_from_utf7(utf7_from_utf8(utf8)) == utf8);
  }));
}

TEST_CASE("what is accepted is the only way to write it") {
  CHECK(rc::check([] {
    const auto utf7 = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("&-AOQY,+2D3eab /\xc3")));
    const auto utf8 = utf8_from_utf7(utf7);
    RC_PRE(utf8.has_value());
    RC_ASSERT(utf7_from_utf8(*utf8) == utf7);
  }));
}
