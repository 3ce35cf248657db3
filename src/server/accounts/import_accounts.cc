#include "server/accounts/import_accounts.h"

#include <optional>
#include <string>

#include "server/login/passwords/credentials.h"
#include "server/login/passwords/foreign_hashes.h"
#include "server/login/passwords/passwd_file.h"
#include "server/login/passwords/passwords.h"

namespace postbag::server {

namespace {

/// A password in the clear is hashed at once; keys of SCRAM serve from the beginning.
storage::Credentials credentials_of(const AccountRegistry& registry, const PasswdEntry& entry) {
  const std::optional<std::string> clear = clear_password(entry.stored);
  if (clear) return make_credentials({registry.secret(), registry.canonical(entry.user)}, *clear);
  return {entry.stored, scram_text(entry.stored)};
}

/// Why the account was not added; nothing when it was, and was counted.
std::optional<std::string> import(AccountRegistry& registry, const PasswdEntry& entry, Imported& imported) {
  if (registry.find(entry.user)) return entry.user + ": " + std::string(to_string(Error::account_exists));
  const storage::Credentials credentials = credentials_of(registry, entry);
  const Result<void> added = registry.add_with(entry.user, credentials);
  if (!added) return entry.user + ": " + std::string(to_string(added.error()));
  ++imported.added;
  if (!stored_keys(credentials, sasl::Hash::sha256)) ++imported.without_keys;
  return std::nullopt;
}

}  // namespace

Imported import_accounts(AccountRegistry& registry, std::string_view text) {
  Imported imported;
  for (const auto& line : read_passwd_file(text)) {
    const auto* const entry = std::get_if<PasswdEntry>(&line);
    const auto why =
        entry == nullptr ? std::optional(std::get<PasswdError>(line).text) : import(registry, *entry, imported);
    if (why) imported.skipped.push_back(*why);
  }
  return imported;
}

}  // namespace postbag::server
