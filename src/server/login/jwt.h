// JSON Web Tokens whose signature is checked with a key that is known here. RFC 7519, RFC 7515, RFC 8725.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "postbag/server.h"

struct evp_pkey_st;

namespace postbag::server {

/// Any thread.
class JwtChecker {
 public:
  /// Fails with one line for people when `keys` cannot check tokens. Only their algorithm is ever used: what a
  /// token says of itself only has to agree (RFC 8725 section 3.1).
  static std::expected<JwtChecker, std::string> make(const TokenKeys& keys);

  /// The user whom a valid token names. `now`: seconds since 1970. A clock may be wrong by 30 s.
  std::optional<std::string> user_of(std::string_view token, std::int64_t now) const;

 private:
  struct FreeKey {
    void operator()(evp_pkey_st* key) const;
  };
  using PublicKey = std::unique_ptr<evp_pkey_st, FreeKey>;

  JwtChecker(const TokenKeys& keys, PublicKey key) : keys_(keys), key_(std::move(key)) {}
  bool is_signed(std::string_view signed_part, const std::string& signature) const;

  TokenKeys keys_;
  PublicKey key_;  ///< null with HS256
};

}  // namespace postbag::server
