// JSON Web Tokens whose signature is checked with a key that is known here. RFC 7519, RFC 7515, RFC 8725.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "postbag/server.h"

struct evp_pkey_st;

namespace postbag::server {

/// Any thread.
class JwtChecker {
 public:
  /// Nothing wrong when `error` stays empty; else the checker accepts no token. Only the algorithm of `keys` is
  /// ever used: what a token says of itself only has to agree (RFC 8725 section 3.1).
  JwtChecker(const TokenKeys& keys, std::string& error);
  ~JwtChecker();
  JwtChecker(const JwtChecker&) = delete;
  JwtChecker& operator=(const JwtChecker&) = delete;

  /// The user whom a valid token names. `now`: seconds since 1970. A clock may be wrong by 30 s.
  std::optional<std::string> user_of(std::string_view token, std::int64_t now) const;

 private:
  bool is_signed(std::string_view signed_part, const std::string& signature) const;

  struct FreeKey {
    void operator()(evp_pkey_st* key) const;
  };
  const TokenKeys keys_;
  std::unique_ptr<evp_pkey_st, FreeKey> key_;  ///< null with HS256
  bool usable_ = false;
};

}  // namespace postbag::server
