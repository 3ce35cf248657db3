#include "server/login/passwords/credentials.h"

#include <string>

#include "core/take.h"
#include "server/login/passwords/foreign_hashes.h"
#include "server/login/passwords/passwords.h"

namespace postbag::server {

namespace {

/// The texts of Credentials::scram are separated by spaces.
std::string_view take_word(std::string_view& texts) { return take_until(texts, ' '); }

std::string new_keys(const KeyOwner& owner, sasl::Hash hash, std::string_view password) {
  return sasl::to_text(sasl::scram_keys(hash, password, made_up_keys(owner, hash).salt, scram_iterations));
}

/// Others tell a stranger that there is an account, as they differ from those that are made up.
bool look_made_up(const sasl::ScramKeys& keys, const sasl::ScramKeys& made_up) {
  return keys.iterations == made_up.iterations && keys.salt.size() == made_up.salt.size();
}

/// The texts of all other hashes.
std::string without(std::string_view texts, sasl::Hash hash) {
  std::string others;
  while (!texts.empty()) {
    const std::string_view word = take_word(texts);
    const auto keys = sasl::scram_keys_of(word);
    if (!keys || keys->hash == hash) continue;
    others += others.empty() ? "" : " ";
    others += word;
  }
  return others;
}

void add_keys(storage::Credentials& credentials, const KeyOwner& owner, sasl::Hash hash,
              std::string_view password) {
  const auto stored = stored_keys(credentials, hash);
  if (stored && look_made_up(*stored, made_up_keys(owner, hash))) return;
  std::string keys = without(credentials.scram, hash);
  if (!keys.empty()) keys += ' ';
  credentials.scram = keys + new_keys(owner, hash, password);
}

}  // namespace

sasl::ScramKeys made_up_keys(const KeyOwner& owner, sasl::Hash hash) {
  return sasl::made_up_keys(hash, owner.secret, owner.user, scram_iterations);
}

storage::Credentials make_credentials(const KeyOwner& owner, std::string_view password) {
  return {hash_password(password), new_keys(owner, sasl::Hash::sha256, password)};
}

std::optional<sasl::ScramKeys> stored_keys(const storage::Credentials& credentials, sasl::Hash hash) {
  std::string_view texts = credentials.scram;
  while (!texts.empty()) {
    auto keys = sasl::scram_keys_of(take_word(texts));
    if (keys && keys->hash == hash) return keys;
  }
  return std::nullopt;
}

std::optional<storage::Credentials> completed(const storage::Credentials& credentials, const KeyOwner& owner,
                                              std::string_view password, bool with_sha1) {
  const bool is_own = is_own_hash(credentials.password_hash);
  if (!is_own && !sees_all_of(credentials.password_hash, password)) return std::nullopt;
  storage::Credentials whole = credentials;
  if (!is_own) whole.password_hash = hash_password(password);
  add_keys(whole, owner, sasl::Hash::sha256, password);
  if (with_sha1) add_keys(whole, owner, sasl::Hash::sha1, password);
  if (whole == credentials) return std::nullopt;
  return whole;
}

}  // namespace postbag::server
