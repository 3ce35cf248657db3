// How long the next login from an address must wait, depending on how many failed before.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>

#include "async/net/address.h"
#include "core/limits.h"

namespace postbag::server {

/// Counts by Address::network(), so that one address never slows another. The host itself (memory) is never
/// slowed. Bounded. One thread at a time.
class FailedLogins {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit FailedLogins(const Limits& limits) : limits_(limits) {}

  /// The earliest time at which a password from `peer` may be checked and a wrong one answered: `now` or later.
  Time not_before(const async::Address& peer, Time now) const;
  /// Another login failed: the delay doubles from failed_login_delay up to failed_login_delay_max.
  void count(const async::Address& peer, Time now);
  /// After a correct password: the address starts again without a delay.
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
