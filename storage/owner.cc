#include "storage/owner.h"

#include <system_error>

#include <sodium/core.h>
#include <sodium/randombytes.h>

#include "storage/blob/posix.h"
#include "storage/errors.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/migrations/migrations.h"
#include "storage/sqlite/owner_table.h"

namespace postbag::storage {

namespace {

constexpr std::size_t identity_bytes = 16;

void make_database(const std::filesystem::path& file, const Owner& owner) {
  sqlite::Connection connection(file, {});
  sqlite::migrate(connection, sqlite::mail_migrations);
  sqlite::OwnerTable(connection).set(owner);
  connection.checkpoint(true);
}

}  // namespace

bool is_of(const std::optional<Owner>& found, const Owner& expected) {
  if (expected.identity.empty()) return !found || found->name == expected.name;
  return found == expected;
}

std::string not_theirs(const std::filesystem::path& directory, const std::optional<Owner>& found) {
  return "the mail in " + directory.string() + " belongs to " +
         (found ? "another account, " + found->name : "no account that is known");
}

std::string draw_identity() {
  if (sodium_init() < 0) throw Broken("libsodium cannot start");
  std::string identity(identity_bytes, '\0');
  randombytes_buf(identity.data(), identity.size());
  return identity;
}

void make_account(const std::filesystem::path& directory, const Owner& owner) {
  try {
    blob::make_directory(directory);
    make_database(directory / "mail.db", owner);
  } catch (...) {
    std::error_code none;
    std::filesystem::remove_all(directory, none);
    throw;
  }
}

std::optional<Owner> owner_of(const std::filesystem::path& directory) {
  require_database(directory);
  sqlite::Connection connection(directory / "mail.db", {.read_only = true});
  return sqlite::read_owner(connection);
}

bool was_used(const std::filesystem::path& directory) {
  require_database(directory);
  sqlite::Connection connection(directory / "mail.db", {.read_only = true});
  return sqlite::has_given_numbers(connection);
}

void require_database(const std::filesystem::path& directory) {
  const auto file = directory / "mail.db";
  std::error_code why;
  if (std::filesystem::exists(file, why)) return;
  if (why) throw Broken("cannot read " + file.string() + ": " + why.message());
  throw Missing(file.string() + " is missing");
}

}  // namespace postbag::storage
