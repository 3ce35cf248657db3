// How long the next login from an address has to wait, by how many failed before.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>

#include "async/net/address.h"
#include "core/limits.h"

namespace postbag::server {

/// Counts by Address::network(), so that one address never slows another. The host itself (memory) is never slowed.
/// Bounded. One thread at a time.
class FailedLogins {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit FailedLogins(const Limits& limits) : limits_(limits) {}

  /// When the next password from `peer` may be looked at, and a wrong one answered: `now` or later.
  Time not_before(const async::Address& peer, Time now) const;
  /// One more failed: the delay grows from failed_login_delay, doubling, to failed_login_delay_max.
  void count(const async::Address& peer, Time now);
  /// A right password: the address starts anew.
  void forget(const async::Address& peer) { addresses_.erase(peer.network()); }

 private:
  struct Record {
    std::size_t failures = 0;
    Time last{};
    Time until{};
  };
  std::chrono::seconds delay(std::size_t failures) const;
  void make_room(Time now);

  const Limits& limits_;
  std::map<async::Address, Record> addresses_;
};

}  // namespace postbag::server
