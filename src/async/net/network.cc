#include "async/net/network.h"

#include <string>

#include "core/number_in.h"

namespace postbag::async {

namespace {

std::size_t most_bits(const Address& address) {
  switch (address.family()) {
    case Address::Family::ipv4: return 32;
    case Address::Family::ipv6: return 128;
    case Address::Family::memory:
    case Address::Family::unix_socket: break;
  }
  return 0;
}

/// Without a port; IPv6 without brackets.
std::optional<Address> parse_host(std::string_view host) {
  const auto four = Address::parse(std::string(host) + ":0");
  if (four && four->family() == Address::Family::ipv4) return four;
  return Address::parse("[" + std::string(host) + "]:0");
}

bool bit(const Address& address, std::size_t at) { return (address.bytes().at(at / 8) >> (7 - at % 8) & 1U) != 0; }

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  if (text == "unix") return Network(Address::unix_socket({}), 0);
  const std::size_t slash = text.find('/');
  auto base = parse_host(text.substr(0, slash));
  if (!base) return std::nullopt;
  const std::size_t most = most_bits(*base);
  if (slash == std::string_view::npos) return Network(*std::move(base), most);
  const auto bits = number_in(text.substr(slash + 1), most);
  if (!bits) return std::nullopt;
  return Network(*std::move(base), *bits);
}

bool Network::contains(const Address& address) const {
  if (address.family() != base_.family()) return false;
  for (std::size_t at = 0; at < bits_; ++at)
    if (bit(address, at) != bit(base_, at)) return false;
  return true;
}

}  // namespace postbag::async
