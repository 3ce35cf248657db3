// A range of addresses.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "async/net/address.h"

namespace postbag::async {

class Network {
 public:
  /// Parses "192.0.2.0/24", "2001:db8::/32", a single address without a length, or "unix" for all Unix sockets.
  /// Nothing for anything else; bits beyond the length are ignored.
  static std::optional<Network> parse(std::string_view text);

  /// Whether the address, without its port, is in it. Never true for memory.
  bool contains(const Address& address) const;

 private:
  Network(Address base, std::size_t bits) : base_(std::move(base)), bits_(bits) {}

  Address base_;
  std::size_t bits_;  ///< that an address must share with base_
};

}  // namespace postbag::async
