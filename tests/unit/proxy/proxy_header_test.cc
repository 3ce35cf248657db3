#include "protocol/proxy/proxy_header.h"

#include <string>

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag::protocol;
using namespace std::string_literals;

namespace {

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);
/// 192.0.2.7:50000 to 198.51.100.1:993
const std::string ipv4_block("\xc0\x00\x02\x07\xc6\x33\x64\x01\xc3\x50\x03\xe1", 12);

std::string binary(char version, char family, const std::string& block) {
  const auto size = static_cast<unsigned>(block.size());
  return signature + version + family + static_cast<char>(size >> 8) + static_cast<char>(size & 0xff) + block;
}

constexpr ProxySource client{ProxySource::Family::ipv4, {192, 0, 2, 7}, 50000};

}  // namespace

TEST_CASE("a header says whose connection it is") {
  ProxySource six{ProxySource::Family::ipv6, {0x20, 0x01, 0x0d, 0xb8}, 1};
  six.bytes[15] = 1;
  const std::string six_block =
      "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01" + std::string(16, '\0') + "\0\x01\x03\xe1"s;
  struct {
    std::string header;
    ProxySource source;
  } const rows[] = {
      {"PROXY TCP4 192.0.2.7 198.51.100.1 50000 993\r\n", client},
      {"PROXY TCP6 2001:db8::1 :: 1 993\r\n", six},
      {binary('\x21', '\x11', ipv4_block), client},
      {binary('\x21', '\x21', six_block), six},
      {binary('\x21', '\x11', ipv4_block + "\x04\0\x02no"s), client},  // what a proxy adds is passed over
  };
  for (const auto& [header, source] : rows) {
    CAPTURE(header);
    const auto parsed = parse_proxy_header(header + "a LOGIN anna secret\r\n");
    REQUIRE(parsed);
    CHECK(parsed->length == header.size());
    CHECK(parsed->source == source);
    for (std::size_t cut = 0; cut < header.size(); ++cut)
      CHECK(parse_proxy_header(header.substr(0, cut)).error() == ProxyError::incomplete);
  }
}

TEST_CASE("a proxy may speak for itself, or not know for whom") {
  for (const std::string& header :
       {"PROXY UNKNOWN\r\n"s, "PROXY UNKNOWN ffff::1 ffff::1 65535 65535\r\n"s, binary('\x20', '\0', ""),
        binary('\x20', '\x11', ipv4_block), binary('\x21', '\0', "whatever"),
        binary('\x21', '\x31', std::string(216, 'x'))}) {
    CAPTURE(header);
    const auto parsed = parse_proxy_header(header);
    REQUIRE(parsed);
    CHECK(parsed->length == header.size());
    CHECK(!parsed->source);
    CHECK(parsed->speaks_for_itself == (header.size() > 12 && header[12] == '\x20'));
  }
}

TEST_CASE("what is no header is refused") {
  for (const std::string& bytes : {"a LOGIN anna secret\r\n"s,
                                   "PROXZ"s,
                                   "\r\n\r\n\0\r\nQUIX"s,
                                   "PROXY\r\n"s,
                                   "PROXY TCP4\r\n"s,
                                   "PROXY TCP4 192.0.2.7 198.51.100.1 50000\r\n"s,
                                   "PROXY TCP4 192.0.2.7 198.51.100.1 50000 993 \r\n"s,
                                   "PROXY TCP4  192.0.2.7 198.51.100.1 50000 993\r\n"s,
                                   "PROXY TCP4 192.0.2.7 198.51.100.1 050000 993\r\n"s,
                                   "PROXY TCP4 192.0.2.7 198.51.100.1 65536 993\r\n"s,
                                   "PROXY TCP4 2001:db8::1 :: 1 993\r\n"s,
                                   "PROXY TCP4 192.0.2.7\0 198.51.100.1 1 993\r\n"s,
                                   "PROXY UDP4 192.0.2.7 198.51.100.1 1 993\r\n"s,
                                   "PROXY " + std::string(101, 'x'),
                                   binary('\x11', '\x11', ipv4_block),
                                   binary('\x22', '\x11', ipv4_block),
                                   binary('\x21', '\x11', ipv4_block.substr(1)),
                                   binary('\x21', '\x21', ipv4_block),
                                   binary('\x21', '\x41', ""),
                                   binary('\x21', '\x13', ipv4_block),
                                   binary('\x21', '\x11', std::string(longest_proxy_header, 'x')).substr(0, 16)}) {
    CAPTURE(bytes);
    const auto parsed = parse_proxy_header(bytes);
    REQUIRE(!parsed);
    CHECK(parsed.error() == ProxyError::invalid);
  }
}

TEST_CASE("random bytes end within the bound") {
  CHECK(rc::check([] {
    const auto front = *rc::gen::element(""s, "PROXY "s, "PROXY TCP4 "s, signature, signature + "\x21\x11"s);
    const auto rest = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    const auto parsed = parse_proxy_header(front + rest);
    if (parsed) RC_ASSERT(parsed->length <= front.size() + rest.size());
    const auto padded = parse_proxy_header((front + rest).append(longest_proxy_header, '\0'));
    RC_ASSERT(padded || padded.error() == ProxyError::invalid);
  }));
}
