// Passwords at rest: Argon2id as libsodium writes it, with its cost inside the text. RFC 9106.
#pragma once

#include <string>
#include <string_view>

namespace postbag::server {

/// What an account holds that nobody can log in to by password; verify_password() says no, in the usual time.
inline constexpr std::string_view no_password = "*";

/// Must have been called before any other function here; again is harmless. Throws std::runtime_error when
/// libsodium finds no source of randomness.
void prepare_crypto();

/// Whether somebody could log in with it: not empty, no NUL (RFC 9051 section 9, RFC 4616 section 2), not so long
/// that no login line holds it.
bool is_password(std::string_view password);

/// Takes some 0.1 s and 64 MiB. Throws std::bad_alloc without that memory.
std::string hash_password(std::string_view password);

/// A text of the form and cost of a hash, made of chance instead of a password, which nobody can know; at once.
std::string impossible_hash();

/// Whether `password` is the one that was hashed. As slow as hash_password also when the hash is none of ours, so
/// that the time tells nothing about the account. Any thread.
bool verify_password(std::string_view hash, std::string_view password);

/// Overwrites a password when it goes out of scope, however that happens.
class Wiped {
 public:
  explicit Wiped(std::string text) : text_(std::move(text)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped();
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace postbag::server
