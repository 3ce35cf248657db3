// Remembers for a while that a password was correct, so that a client that logs in repeatedly costs no Argon2id.
#pragma once

#include <array>
#include <chrono>
#include <string_view>
#include <unordered_map>

#include "core/numbers.h"

namespace postbag::server {

/// Contains no password, and nothing from which one can be found without this process's random key: a keyed
/// BLAKE2b (RFC 7693) of account, stored hash and password. A new password changes the stored hash, so old entries
/// no longer match. Bounded. One thread at a time.
class LoginCache {
 public:
  using Time = std::chrono::steady_clock::time_point;

  LoginCache();
  ~LoginCache();
  LoginCache(const LoginCache&) = delete;
  LoginCache& operator=(const LoginCache&) = delete;

  /// True when this password was remembered for this account and hash less than 10 minutes before `now`.
  bool knows(AccountId account, std::string_view hash, std::string_view password, Time now) const;
  void remember(AccountId account, std::string_view hash, std::string_view password, Time now);

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Entry {
    Digest digest;
    Time until;
  };
  Digest digest(AccountId account, std::string_view hash, std::string_view password) const;
  void make_room(Time now);

  std::array<unsigned char, 32> key_;
  std::unordered_map<AccountId, Entry> entries_;
};

}  // namespace postbag::server
