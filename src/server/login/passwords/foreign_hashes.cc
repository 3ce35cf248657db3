#include "server/login/passwords/foreign_hashes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <openssl/evp.h>
#include <sodium.h>

#include "core/ascii.h"
#include "core/number_in.h"
#include "core/wipe.h"
#include "protocol/sasl/scram_keys.h"
#include "protocol/text/base64.h"
#include "protocol/text/digits.h"
#include "server/login/passwords/crypt_hashes.h"
#include "server/login/passwords/passwords.h"

namespace postbag::server {

namespace {

struct Scheme {
  std::string_view name;
  bool (*is_hash)(const Scheme&, const std::string& hash);
  bool (*verify)(const Scheme&, const std::string& hash, std::string_view password);
  const EVP_MD* (*digest)() = nullptr;
  bool salted = false;
};

// ---- crypt(5) ----

bool is_crypt(const Scheme&, const std::string& hash) { return is_crypt_hash(hash); }

bool verify_crypt(const Scheme&, const std::string& hash, std::string_view password) {
  return verify_crypt_hash(hash, password);
}

// ---- a digest of the password, and of a salt after it ----

std::optional<std::string> hex_decoded(std::string_view text) {
  std::string out;
  if (text.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = protocol::hex_digit(text[i]), low = protocol::hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::size_t size_of(const Scheme& scheme) { return static_cast<std::size_t>(EVP_MD_get_size(scheme.digest())); }

/// The digest and the salt. Some tools write hexadecimal digits, most write base64.
std::optional<std::string> digest_and_salt(const Scheme& scheme, const std::string& hash) {
  const std::size_t size = size_of(scheme);
  auto bytes = hash.size() == 2 * size ? hex_decoded(hash) : std::nullopt;
  if (!bytes) bytes = protocol::base64_decoded(hash);
  const bool fits = bytes && (scheme.salted ? bytes->size() > size : bytes->size() == size);
  return fits ? bytes : std::nullopt;
}

bool is_digest(const Scheme& scheme, const std::string& hash) { return digest_and_salt(scheme, hash).has_value(); }

bool verify_digest(const Scheme& scheme, const std::string& hash, std::string_view password) {
  const std::string stored = digest_and_salt(scheme, hash).value();
  const std::size_t size = size_of(scheme);
  const Secret text(std::string(password) + stored.substr(size));
  std::string made(size, '\0');
  const bool done =
      EVP_Digest(text.text().data(), text.text().size(), reinterpret_cast<unsigned char*>(made.data()), nullptr,
                 scheme.digest(), nullptr) == 1;
  return done && sasl::are_equal(made, std::string_view(stored).substr(0, size));
}

// ---- {PBKDF2}$1$salt$rounds$digest, of SHA-1 ----

constexpr std::uint64_t most_rounds = 5'000'000;  // about 3 s

struct Pbkdf2 {
  std::string salt;
  int rounds;
  std::string digest;
};

std::optional<Pbkdf2> pbkdf2_of(std::string_view hash) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= hash.size() && parts.size() < 6;) {
    const std::size_t end = std::min(hash.find('$', at), hash.size());
    parts.push_back(hash.substr(at, end - at));
    at = end + 1;
  }
  if (parts.size() != 5 || !parts[0].empty() || parts[1] != "1" || parts[2].empty()) return std::nullopt;
  const auto rounds = number_in(parts[3], most_rounds);
  const auto digest = hex_decoded(parts[4]);
  if (!rounds || *rounds == 0 || !digest || digest->size() != 20) return std::nullopt;
  return Pbkdf2{std::string(parts[2]), static_cast<int>(*rounds), *digest};
}

bool is_pbkdf2(const Scheme&, const std::string& hash) { return pbkdf2_of(hash).has_value(); }

bool verify_pbkdf2(const Scheme&, const std::string& hash, std::string_view password) {
  const Pbkdf2 stored = pbkdf2_of(hash).value();
  std::string made(stored.digest.size(), '\0');
  const bool done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                        reinterpret_cast<const unsigned char*>(stored.salt.data()),
                        static_cast<int>(stored.salt.size()), stored.rounds, EVP_sha1(),
                        static_cast<int>(made.size()), reinterpret_cast<unsigned char*>(made.data())) == 1;
  return done && sasl::are_equal(made, stored.digest);
}

// ---- Argon2, which libsodium reads ----

/// Takes the number that follows `name` off the front of `rest`; nothing when it does not begin so.
std::optional<std::uint64_t> take_number(std::string_view& rest, std::string_view name) {
  if (!rest.starts_with(name)) return std::nullopt;
  rest.remove_prefix(name.size());
  const std::size_t size = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto number = number_in<std::uint64_t>(rest.substr(0, size));
  rest.remove_prefix(size);
  return number;
}

/// $argon2i$v=19$m=memory,t=passes,p=lanes$: costs that a file may ask for.
bool is_argon2(const Scheme&, const std::string& hash) {
  constexpr std::uint64_t most_kibibytes = 256 * 1024, most_passes = 10;
  std::string_view rest = hash;
  for (const std::string_view type : {"$argon2id$", "$argon2i$"})
    if (rest.starts_with(type)) rest.remove_prefix(type.size());
  const auto version = take_number(rest, "v="), memory = take_number(rest, "$m="),
             passes = take_number(rest, ",t=");
  const bool is_cheap = memory && passes && *memory <= most_kibibytes && *passes <= most_passes;
  return version && is_cheap && hash.size() < crypto_pwhash_STRBYTES;
}

bool verify_argon2(const Scheme&, const std::string& hash, std::string_view password) {
  return server::verify_argon2(hash.c_str(), password);
}

// ---- keys of SCRAM: iterations,salt,StoredKey,ServerKey ----

std::optional<sasl::ScramKeys> keys_of(const Scheme& scheme, std::string hash) {
  if (std::ranges::count(hash, ',') != 3) return std::nullopt;
  for (const char separator : {':', '$', ':'}) hash[hash.find(',')] = separator;
  return sasl::scram_keys_of(std::string(scheme.name) + "$" + hash);
}

bool is_scram(const Scheme& scheme, const std::string& hash) { return keys_of(scheme, hash).has_value(); }

bool verify_scram(const Scheme& scheme, const std::string& hash, std::string_view password) {
  const sasl::ScramKeys stored = keys_of(scheme, hash).value();
  return sasl::are_equal(sasl::scram_keys(stored.hash, password, stored.salt, stored.iterations).stored_key,
                         stored.stored_key);
}

// ---- not hashed ----

bool is_clear(const Scheme&, const std::string& hash) { return !hash.empty(); }
bool verify_clear(const Scheme&, const std::string& hash, std::string_view password) {
  return sasl::are_equal(hash, password);
}

constexpr std::array schemes{
    Scheme{"CRYPT", is_crypt, verify_crypt},
    Scheme{"DES-CRYPT", is_crypt, verify_crypt},
    Scheme{"MD5-CRYPT", is_crypt, verify_crypt},
    Scheme{"BLF-CRYPT", is_crypt, verify_crypt},
    Scheme{"SHA256-CRYPT", is_crypt, verify_crypt},
    Scheme{"SHA512-CRYPT", is_crypt, verify_crypt},
    Scheme{"ARGON2I", is_argon2, verify_argon2},
    Scheme{"ARGON2ID", is_argon2, verify_argon2},
    Scheme{"PBKDF2", is_pbkdf2, verify_pbkdf2},
    Scheme{"SCRAM-SHA-1", is_scram, verify_scram},
    Scheme{"SCRAM-SHA-256", is_scram, verify_scram},
    Scheme{"SSHA", is_digest, verify_digest, EVP_sha1, true},
    Scheme{"SSHA256", is_digest, verify_digest, EVP_sha256, true},
    Scheme{"SSHA512", is_digest, verify_digest, EVP_sha512, true},
    Scheme{"SMD5", is_digest, verify_digest, EVP_md5, true},
    Scheme{"SHA", is_digest, verify_digest, EVP_sha1},
    Scheme{"SHA1", is_digest, verify_digest, EVP_sha1},
    Scheme{"SHA256", is_digest, verify_digest, EVP_sha256},
    Scheme{"SHA512", is_digest, verify_digest, EVP_sha512},
    Scheme{"PLAIN-MD5", is_digest, verify_digest, EVP_md5},
    Scheme{"LDAP-MD5", is_digest, verify_digest, EVP_md5},
    Scheme{"PLAIN", is_clear, verify_clear},
    Scheme{"CLEAR", is_clear, verify_clear},
    Scheme{"CLEARTEXT", is_clear, verify_clear},
};

/// Known, but made for mechanisms that are not offered, from which no password can be checked, or too weak.
constexpr std::array<std::string_view, 11> refused{"CRAM-MD5", "DIGEST-MD5", "HMAC-MD5",    "LANMAN", "NTLM", "OTP",
                                                   "RPA",      "SKEY",       "PLAIN-TRUNC", "MD5",    "LM"};

struct Parts {
  std::string scheme;  ///< in capitals, without an ".ENCODING"
  std::string hash;
  bool is_encoded = false;  ///< there was one
};

Parts parts_of(std::string_view stored) {
  const std::size_t end = stored.find('}');
  if (!stored.starts_with('{') || end == stored.npos) return {"CRYPT", std::string(stored)};
  std::string scheme(stored.substr(1, end - 1));
  std::ranges::transform(scheme, scheme.begin(), ascii_upper);
  const std::size_t whole = scheme.size();
  for (const std::string_view encoding : {".HEX", ".B64", ".BASE64"})
    if (scheme.ends_with(encoding)) scheme.resize(scheme.size() - encoding.size());
  return {scheme, std::string(stored.substr(end + 1)), scheme.size() != whole};
}

const Scheme* scheme_of(const Parts& parts) {
  const auto found = std::ranges::find(schemes, parts.scheme, &Scheme::name);
  if (found == schemes.end() || !found->is_hash(*found, parts.hash)) return nullptr;
  const bool may_be_encoded = found->verify == verify_digest;  // others would be taken for what they are encoded to
  return parts.is_encoded && !may_be_encoded ? nullptr : &*found;
}

}  // namespace

std::optional<std::string> why_refused(std::string_view stored) {
  const Parts parts = parts_of(stored);
  if (stored.find('\0') != stored.npos) return "NUL in the hash";
  if (std::ranges::find(refused, parts.scheme) != refused.end())
    return "the scheme " + parts.scheme + " is refused";
  if (std::ranges::find(schemes, parts.scheme, &Scheme::name) == schemes.end())
    return "unknown scheme " + parts.scheme;
  if (scheme_of(parts) == nullptr) return "no hash of the scheme " + parts.scheme + ", or too expensive to check";
  return std::nullopt;
}

bool verify_foreign(std::string_view stored, std::string_view password) {
  const Parts parts = parts_of(stored);
  const Scheme* const scheme = scheme_of(parts);
  return scheme != nullptr && scheme->verify(*scheme, parts.hash, password);
}

bool sees_all_of(std::string_view stored, std::string_view password) {
  const Parts parts = parts_of(stored);
  const Scheme* const scheme = scheme_of(parts);
  if (scheme == nullptr || password.find('\0') != password.npos) return false;
  return scheme->verify != verify_crypt || crypt_hash_sees_all_of(parts.hash, password);
}

std::optional<std::string> clear_password(std::string_view stored) {
  const Parts parts = parts_of(stored);
  const Scheme* const scheme = scheme_of(parts);
  if (scheme == nullptr || scheme->verify != verify_clear) return std::nullopt;
  return parts.hash;
}

std::string scram_text(std::string_view stored) {
  const Parts parts = parts_of(stored);
  const Scheme* const scheme = scheme_of(parts);
  if (scheme == nullptr || scheme->verify != verify_scram) return {};
  return sasl::to_text(*keys_of(*scheme, parts.hash));
}

}  // namespace postbag::server
