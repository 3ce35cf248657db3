// The address of a peer, or an address to listen on: an IPv4 or IPv6 address and port, a Unix socket's path, or
// nothing (in memory).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postbag::async {

class Address {
 public:
  enum class Family : std::uint8_t { memory, unix_socket, ipv4, ipv6 };

  /// In memory: the host itself.
  Address() = default;
  static Address ipv4(std::array<std::uint8_t, 4> bytes, std::uint16_t port);
  /// An IPv4-mapped address becomes the IPv4 address in it.
  static Address ipv6(std::array<std::uint8_t, 16> bytes, std::uint16_t port);
  static Address unix_socket(std::string path);
  /// Parses "127.0.0.1:143", "[::1]:143" or "unix:/path". Numbers only; no names are looked up. Nothing when
  /// `text` is not an address.
  static std::optional<Address> parse(std::string_view text);

  Family family() const { return family_; }
  /// IPv4 or IPv6.
  bool is_ip() const { return family_ == Family::ipv4 || family_ == Family::ipv6; }
  /// The address in the form that parse() accepts, or "memory".
  std::string text() const;
  /// 4 or 16 bytes, in network order.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::uint16_t port() const { return port_; }
  const std::string& path() const { return path_; }
  /// True when nobody in between can read the traffic: 127/8, ::1, a Unix socket, memory.
  bool is_loopback() const;
  /// The address by which limits count: an IPv4 address or an IPv6 /64, without the port. Equal for all Unix
  /// sockets.
  Address network() const;

  auto operator<=>(const Address&) const = default;

 private:
  Family family_ = Family::memory;
  std::uint16_t port_ = 0;
  std::array<std::uint8_t, 16> bytes_{};
  std::string path_;
};

}  // namespace postbag::async
