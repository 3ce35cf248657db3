// The header with which a proxy says whose connection it passes on: the PROXY protocol, versions 1 and 2.
// https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt, sections 2.1 and 2.2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace postbag::protocol {

/// The other end of the connection that a proxy passes on.
struct ProxySource {
  enum class Family : std::uint8_t { ipv4, ipv6 };
  Family family;
  std::array<std::uint8_t, 16> bytes;  ///< 4 or 16 of them, in network order
  std::uint16_t port;
  bool operator==(const ProxySource&) const = default;
};

struct ProxyHeader {
  std::size_t length;                 ///< in bytes; what follows is the client's
  std::optional<ProxySource> source;  ///< nothing: the proxy speaks for itself, or does not know
  /// It passes nothing on, as to see whether the server is alive.
  bool speaks_for_itself = false;
};

enum class ProxyError : std::uint8_t {
  incomplete,  ///< so far it is a header
  invalid,
};

/// The longest header of version 2 that is read: addresses and what proxies add to them.
constexpr std::size_t longest_proxy_header = 4096;

/// Reads the header at the front of `bytes`. Never incomplete for longest_proxy_header bytes or more.
std::expected<ProxyHeader, ProxyError> parse_proxy_header(std::string_view bytes);

}  // namespace postbag::protocol
