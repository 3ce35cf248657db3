#include "server/login/passwords/credentials.h"

#include <algorithm>
#include <string>

#include <sodium.h>

#include "server/login/passwords/foreign_hashes.h"
#include "server/login/passwords/passwords.h"

namespace postbag::server {

namespace {

/// The texts of Credentials::scram are separated by spaces.
std::string_view take_word(std::string_view& text) {
  const std::size_t size = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return word;
}

std::string new_keys(sasl::Hash hash, std::string_view password) {
  std::string salt(16, '\0');
  randombytes_buf(salt.data(), salt.size());
  return sasl::to_text(sasl::scram_keys(hash, password, std::move(salt), scram_iterations));
}

void add_keys(storage::Credentials& credentials, sasl::Hash hash, std::string_view password) {
  if (stored_keys(credentials, hash)) return;
  if (!credentials.scram.empty()) credentials.scram += ' ';
  credentials.scram += new_keys(hash, password);
}

}  // namespace

storage::Credentials make_credentials(std::string_view password) {
  return {hash_password(password), new_keys(sasl::Hash::sha256, password)};
}

std::optional<sasl::ScramKeys> stored_keys(const storage::Credentials& credentials, sasl::Hash hash) {
  std::string_view texts = credentials.scram;
  while (!texts.empty()) {
    auto keys = sasl::scram_keys_of(take_word(texts));
    if (keys && keys->hash == hash) return keys;
  }
  return std::nullopt;
}

std::optional<storage::Credentials> completed(const storage::Credentials& credentials, std::string_view password,
                                              bool with_sha1) {
  const bool is_own = is_own_hash(credentials.password_hash);
  if (!is_own && !sees_all_of(credentials.password_hash, password)) return std::nullopt;
  storage::Credentials whole = credentials;
  if (!is_own) whole.password_hash = hash_password(password);
  add_keys(whole, sasl::Hash::sha256, password);
  if (with_sha1) add_keys(whole, sasl::Hash::sha1, password);
  if (whole == credentials) return std::nullopt;
  return whole;
}

}  // namespace postbag::server
