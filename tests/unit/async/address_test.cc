#include "async/net/address.h"

#include <doctest/doctest.h>

#include "async/net/network.h"

using namespace postbag::async;

TEST_CASE("addresses are parsed and written back") {
  for (const char* text : {"127.0.0.1:143", "0.0.0.0:0", "[::1]:65535", "[2001:db8::7]:1", "unix:/run/x.sock"}) {
    CAPTURE(text);
    const auto address = Address::parse(text);
    REQUIRE(address);
    CHECK(address->text() == text);
  }
  for (const char* text : {"", "127.0.0.1", "127.0.0.1:", ":143", "localhost:143", "127.0.0.1:65536", "::1:143",
                           "[127.0.0.1]:1", "127.0.0.1:-1", "127.0.0.1:1x", "unix:"}) {
    CAPTURE(text);
    CHECK_FALSE(Address::parse(text));
  }
}

TEST_CASE("an IPv4-mapped address is the IPv4 address it means") {
  const auto mapped = Address::parse("[::ffff:127.0.0.1]:9");
  REQUIRE(mapped);
  CHECK(mapped->text() == "127.0.0.1:9");
  CHECK(mapped->is_loopback());
}

TEST_CASE("which addresses count as loopback") {
  struct {
    const char* text;
    bool want;
  } rows[] = {{"127.0.0.1:1", true}, {"127.9.9.9:1", true}, {"[::1]:1", true}, {"unix:/x", true},
              {"10.0.0.1:1", false}, {"0.0.0.0:1", false},  {"[::]:1", false}, {"[fe80::1]:1", false}};
  for (const auto& [text, want] : rows) {
    CAPTURE(text);
    CHECK(Address::parse(text)->is_loopback() == want);
  }
  CHECK(Address{}.is_loopback());
}

TEST_CASE("limits count by IPv4 address and by IPv6 /64") {
  const auto network = [](const char* text) { return Address::parse(text)->network(); };
  CHECK(network("10.0.0.1:1") == network("10.0.0.1:2"));
  CHECK(network("10.0.0.1:1") != network("10.0.0.2:1"));
  CHECK(network("[2001:db8::1]:1") == network("[2001:db8::ffff:2]:2"));
  CHECK(network("[2001:db8::1]:1") != network("[2001:db8:0:1::1]:1"));
}

TEST_CASE("a network contains the addresses that share its first bits") {
  struct {
    const char* network;
    const char* address;
    bool contains;
  } const rows[] = {
      {"192.0.2.0/24", "192.0.2.255:1", true},
      {"192.0.2.0/24", "192.0.3.0:1", false},
      {"192.0.2.77/25", "192.0.2.1:1", true},
      {"192.0.2.77/25", "192.0.2.128:1", false},
      {"192.0.2.7", "192.0.2.7:1", true},
      {"192.0.2.7", "192.0.2.6:1", false},
      {"0.0.0.0/0", "203.0.113.1:1", true},
      {"0.0.0.0/0", "[2001:db8::1]:1", false},
      {"2001:db8::/32", "[2001:db8:ffff::1]:1", true},
      {"2001:db8::/32", "[2001:db9::1]:1", false},
      {"::1", "[::1]:1", true},
      {"unix", "unix:/run/proxy", true},
      {"unix", "127.0.0.1:1", false},
      {"192.0.2.0/24", "[::ffff:192.0.2.9]:1", true},
  };
  for (const auto& [network, address, contains] : rows) {
    CAPTURE(network);
    CAPTURE(address);
    CHECK(Network::parse(network).value().contains(*Address::parse(address)) == contains);
  }
  CHECK_FALSE(Network::parse("0.0.0.0/0").value().contains(Address{}));  // memory: the host itself
}

TEST_CASE("what is no network") {
  for (const char* text : {"", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x", "192.0.2.0/-1",
                           "[2001:db8::]/32", "2001:db8::/129", "localhost", "unix:/run/proxy", "192.0.2.0/24 "})
    CHECK_FALSE(Network::parse(text));
}
