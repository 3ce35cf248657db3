#include "server/making_room.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using postbag::async::Address;
using postbag::server::makes_room;

namespace {

/// One letter is one network.
std::size_t index_of(std::string_view networks) {
  std::vector<Address> addresses;
  for (const char letter : networks)
    addresses.push_back(Address::ipv4({10, 0, 0, static_cast<std::uint8_t>(letter)}, 0));
  return makes_room(addresses);
}

}  // namespace

TEST_CASE("of the network with the most connections, the oldest makes room") {
  CHECK(index_of("a") == 0);
  CHECK(index_of("abb") == 1);
  CHECK(index_of("abcbac"
                 "c") == 2);
  CHECK(index_of("baaab") == 1);
}

TEST_CASE("when all networks have as many, the oldest of all makes room") {
  CHECK(index_of("abcd") == 0);
  CHECK(index_of("dcba") == 0);
  CHECK(index_of("cabbac") == 0);
}

TEST_CASE("one that comes alone stays while another network sends thousands") {
  std::string networks(1000, 'x');
  networks.insert(0, "a");
  for (int i = 0; i < 500; ++i) {
    const std::size_t leaves = index_of(networks);
    CHECK(networks[leaves] == 'x');
    networks.erase(leaves, 1);
    networks += 'x';
  }
}
