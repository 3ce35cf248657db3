#include "protocol/sasl/scram_keys.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/number_in.h"
#include "core/take.h"
#include "core/wipe.h"
#include "protocol/text/base64.h"
#include "protocol/text/saslprep.h"

namespace postbag::sasl {

namespace {

struct HashRow {
  Hash hash;
  std::size_t size;
  std::string_view name;
  const EVP_MD* (*algorithm)();
};
constexpr std::array rows{HashRow{Hash::sha1, 20, "SCRAM-SHA-1", EVP_sha1},
                          HashRow{Hash::sha256, 32, "SCRAM-SHA-256", EVP_sha256}};

const HashRow& row_of(Hash hash) { return *std::ranges::find(rows, hash, &HashRow::hash); }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot compute a hash");
}

Secret salted_password(Hash hash, std::string_view password, std::string_view salt, std::uint32_t iterations) {
  const Secret prepared(protocol::prepared_password(password));
  std::string out(size_of(hash), '\0');
  require(PKCS5_PBKDF2_HMAC(prepared.text().data(), static_cast<int>(prepared.text().size()), bytes_of(salt),
                            static_cast<int>(salt.size()), static_cast<int>(iterations), row_of(hash).algorithm(),
                            static_cast<int>(out.size()), bytes_of(out)) == 1);
  return Secret(std::move(out));
}

std::optional<std::uint32_t> iterations_of(std::string_view digits) {
  const auto value = number_in(digits, ScramKeys::most_iterations);
  return value && *value >= ScramKeys::least_iterations ? value : std::nullopt;
}

}  // namespace

std::size_t size_of(Hash hash) { return row_of(hash).size; }
std::string_view scram_name(Hash hash) { return row_of(hash).name; }

std::string digest(Hash hash, std::string_view bytes) {
  std::string out(size_of(hash), '\0');
  require(EVP_Digest(bytes.data(), bytes.size(), bytes_of(out), nullptr, row_of(hash).algorithm(), nullptr) == 1);
  return out;
}

std::string hmac(Hash hash, std::string_view key, std::string_view bytes) {
  std::string out(size_of(hash), '\0');
  require(HMAC(row_of(hash).algorithm(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
               bytes_of(out), nullptr) != nullptr);
  return out;
}

bool are_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

ScramKeys scram_keys(Hash hash, std::string_view password, std::string salt, std::uint32_t iterations) {
  const Secret salted = salted_password(hash, password, salt, iterations);
  const Secret client_key(hmac(hash, salted.text(), "Client Key"));
  return {hash, std::move(salt), iterations, digest(hash, client_key.text()),
          hmac(hash, salted.text(), "Server Key")};
}

ScramKeys made_up_keys(Hash hash, std::string_view secret, std::string_view user, std::uint32_t iterations) {
  const auto part = [&](char number) {
    return hmac(Hash::sha256, secret, number + std::string(scram_name(hash)) + '\0' + std::string(user));
  };
  // StoredKey is a hash of nothing that is known; to fit it, a preimage of it would have to be found.
  return {hash, part('1').substr(0, 16), iterations, part('2').substr(0, size_of(hash)),
          part('3').substr(0, size_of(hash))};
}

std::string to_text(const ScramKeys& keys) {
  using protocol::base64_encoded;
  return std::string(scram_name(keys.hash)) + '$' + std::to_string(keys.iterations) + ':' +
         base64_encoded(keys.salt) + '$' + base64_encoded(keys.stored_key) + ':' + base64_encoded(keys.server_key);
}

std::optional<ScramKeys> scram_keys_of(std::string_view text) {
  const auto* const row = std::ranges::find(rows, take_until(text, '$'), &HashRow::name);
  if (row == rows.end()) return std::nullopt;
  const auto iterations = iterations_of(take_until(text, ':'));
  const auto salt = protocol::base64_decoded(take_until(text, '$'));
  const auto stored_key = protocol::base64_decoded(take_until(text, ':'));
  const auto server_key = protocol::base64_decoded(text);
  if (!iterations || !salt || salt->empty() || !stored_key || !server_key) return std::nullopt;
  if (stored_key->size() != row->size || server_key->size() != row->size) return std::nullopt;
  return ScramKeys{row->hash, *salt, *iterations, *stored_key, *server_key};
}

bool proves(const ScramKeys& keys, std::string_view auth_message, std::string_view proof) {
  std::string client_key = hmac(keys.hash, keys.stored_key, auth_message);
  if (proof.size() != client_key.size()) return false;
  for (std::size_t i = 0; i < proof.size(); ++i) client_key[i] = static_cast<char>(client_key[i] ^ proof[i]);
  const bool fits = are_equal(digest(keys.hash, client_key), keys.stored_key);
  wipe(client_key);
  return fits;
}

std::string server_signature(const ScramKeys& keys, std::string_view auth_message) {
  return hmac(keys.hash, keys.server_key, auth_message);
}

}  // namespace postbag::sasl
