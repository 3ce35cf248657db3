// What is stored of a password for SCRAM, and how proofs are computed from it. RFC 5802 section 3, RFC 7677.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postbag::sasl {

enum class Hash : std::uint8_t { sha1, sha256 };

/// Bytes of its output.
std::size_t size_of(Hash hash);
/// "SCRAM-SHA-1", "SCRAM-SHA-256"
std::string_view scram_name(Hash hash);

std::string digest(Hash hash, std::string_view bytes);
std::string hmac(Hash hash, std::string_view key, std::string_view bytes);
/// For secrets, and what is made of them: the time that it takes tells no more than whether the sizes differ.
bool are_equal(std::string_view a, std::string_view b);

/// Nobody can log in with them, but who has them can try passwords: `iterations` is what each try costs.
struct ScramKeys {
  static constexpr std::uint32_t least_iterations = 4096;  ///< RFC 7677 section 4
  static constexpr std::uint32_t most_iterations = 10'000'000;

  Hash hash;
  std::string salt;  ///< bytes
  std::uint32_t iterations;
  std::string stored_key;
  std::string server_key;

  bool operator==(const ScramKeys&) const = default;
};

/// The keys of a password, which is prepared with SASLprep first. Takes `iterations` times two hashes.
ScramKeys scram_keys(Hash hash, std::string_view password, std::string salt, std::uint32_t iterations);

/// Keys for a user who has none, so that the answer does not reveal it: the salt is always the same for the same
/// secret and user, and no proof fits. `secret` should be known to nobody else, and live as long as the accounts.
ScramKeys made_up_keys(Hash hash, std::string_view secret, std::string_view user, std::uint32_t iterations);

/// "SCRAM-SHA-256$4096:salt$StoredKey:ServerKey", the binary parts in base64. RFC 5803 section 2.
std::string to_text(const ScramKeys& keys);
/// Nothing when it is no such text: another mechanism, wrong sizes, iterations beyond the bounds above.
std::optional<ScramKeys> scram_keys_of(std::string_view text);

/// Whether `proof` is made with the password of `keys` for that message. In constant time.
bool proves(const ScramKeys& keys, std::string_view auth_message, std::string_view proof);
/// By which the server proves that it has the keys.
std::string server_signature(const ScramKeys& keys, std::string_view auth_message);

}  // namespace postbag::sasl
