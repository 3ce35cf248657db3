#include "async/net/address.h"

#include <algorithm>

#include <arpa/inet.h>

#include "core/number_in.h"

namespace postbag::async {

namespace {

constexpr std::string_view unix_prefix = "unix:";

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> parse_host(int family, std::string_view host) {
  std::array<std::uint8_t, N> bytes{};
  if (inet_pton(family, std::string(host).c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

}  // namespace

Address Address::ipv4(std::array<std::uint8_t, 4> bytes, std::uint16_t port) {
  Address address;
  address.family_ = Family::ipv4;
  address.port_ = port;
  std::ranges::copy(bytes, address.bytes_.begin());
  return address;
}

Address Address::ipv6(std::array<std::uint8_t, 16> bytes, std::uint16_t port) {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0,    0,
                                                0, 0, 0, 0, 0xff, 0xff};  // RFC 4291 section 2.5.5.2
  if (std::equal(mapped.begin(), mapped.end(), bytes.begin()))
    return ipv4({bytes[12], bytes[13], bytes[14], bytes[15]}, port);
  Address address;
  address.family_ = Family::ipv6;
  address.port_ = port;
  address.bytes_ = bytes;
  return address;
}

Address Address::unix_socket(std::string path) {
  Address address;
  address.family_ = Family::unix_socket;
  address.path_ = std::move(path);
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  if (text.starts_with(unix_prefix) && text.size() > unix_prefix.size())
    return unix_socket(std::string(text.substr(unix_prefix.size())));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = number_in<std::uint16_t>(text.substr(colon + 1));
  const std::string_view host = text.substr(0, colon);
  if (!port) return std::nullopt;
  if (const auto bytes = parse_host<4>(AF_INET, host)) return ipv4(*bytes, *port);
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') return std::nullopt;
  const auto bytes = parse_host<16>(AF_INET6, host.substr(1, host.size() - 2));
  return bytes ? std::optional(ipv6(*bytes, *port)) : std::nullopt;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> host{};
  switch (family_) {
    case Family::memory: return "memory";
    case Family::unix_socket: return std::string(unix_prefix) + path_;
    case Family::ipv4:
      inet_ntop(AF_INET, bytes_.data(), host.data(), host.size());
      return std::string(host.data()) + ":" + std::to_string(port_);
    case Family::ipv6: break;
  }
  inet_ntop(AF_INET6, bytes_.data(), host.data(), host.size());
  return "[" + std::string(host.data()) + "]:" + std::to_string(port_);
}

bool Address::is_loopback() const {
  constexpr std::array<std::uint8_t, 16> ipv6_loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  switch (family_) {
    case Family::ipv4: return bytes_[0] == 127;  // RFC 1122 section 3.2.1.3 (g)
    case Family::ipv6: return bytes_ == ipv6_loopback;
    default: return true;
  }
}

Address Address::network() const {
  Address network = *this;
  network.port_ = 0;
  network.path_.clear();
  if (family_ == Family::ipv6) std::fill(network.bytes_.begin() + 8, network.bytes_.end(), std::uint8_t{0});
  return network;
}

}  // namespace postbag::async
