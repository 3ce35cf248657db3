// Stored passwords: Argon2id in libsodium's text format, which contains the cost. RFC 9106.
#pragma once

#include <string>
#include <string_view>

namespace postbag::server {

/// The stored hash of an account without a password; verify_password() rejects every password for it, in the usual
/// time.
inline constexpr std::string_view no_password = "*";

/// Must be called before any other function here; more calls are harmless. Throws std::runtime_error when
/// libsodium finds no source of randomness.
void prepare_crypto();

/// True when somebody could log in with it: not empty, no NUL (RFC 9051 section 9, RFC 4616 section 2), and short
/// enough for a login line.
bool is_password(std::string_view password);

/// Takes about 0.1 s and 64 MiB. Throws std::bad_alloc when that memory is not available.
std::string hash_password(std::string_view password);

/// A text with the form and cost of a hash, made from random bytes, so that no password matches it. Takes no time.
std::string impossible_hash();

/// True for what hash_password() makes.
bool is_own_hash(std::string_view hash);

/// Whether `hash`, of Argon2 in libsodium's format, is one of `password`. Throws std::bad_alloc when the memory
/// that it asks for is not available.
bool verify_argon2(const char* hash, std::string_view password);

/// True when `password` is the one that was hashed. Throws as verify_argon2(). Equally slow for a hash that
/// hash_password did not make, so that the time reveals nothing about the account. Any thread.
bool verify_password(std::string_view hash, std::string_view password);

}  // namespace postbag::server
