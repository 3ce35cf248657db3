// How long the next login from an address must wait, and the answer to a failed one, depending on how many failed
// before.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "async/net/address.h"
#include "core/limits.h"

namespace postbag::server {

/// Counts by Address::network(), and by user. An address that guesses waits before its next password is looked at,
/// and slows no other one. Who guesses one user's password from many addresses waits longer for each answer
/// "wrong"; who knows the password and did not guess is not slowed, so nobody can keep a user out. The host itself
/// (memory) is never slowed. Bounded. One thread at a time.
class FailedLogins {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit FailedLogins(const Limits& limits) : limits_(limits) {}

  /// The earliest time at which a password from `peer` may be checked: `now` or later.
  Time not_before(const async::Address& peer, Time now) const;
  /// Another login failed, of `user`, whether there is one or not; empty: nobody said of whom. Its check began at
  /// `now`. The delays double from failed_login_delay up to failed_login_delay_max. Yields when it may be answered:
  /// a time from the beginning of the check, so that it does not reveal how long that took.
  Time count(const async::Address& peer, const std::string& user, Time now);
  /// Whether logins from there failed lately.
  bool has_failed(const async::Address& peer, Time now) const;
  /// A login succeeded. One failure of the address less, when the last one is failed_login_delay_max ago: a guesser
  /// who has an account of his own must not start again without a delay.
  void forgive(const async::Address& peer, Time now);

 private:
  struct Record {
    std::size_t failures = 0;
    Time last{};
    Time until{};
  };
  template <class Key>
  using Records = std::map<Key, Record>;

  template <class Key>
  Time count_in(Records<Key>& records, const Key& key, Time now) const;
  std::chrono::seconds delay(std::size_t failures) const;

  const Limits& limits_;
  Records<async::Address> addresses_;
  Records<std::string> users_;
};

}  // namespace postbag::server
