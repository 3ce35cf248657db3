#include "storage/sqlite/mail_file.h"

#include <system_error>

#include "storage/disk/posix.h"
#include "storage/errors.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/migrations/migrations.h"
#include "storage/sqlite/owner_table.h"

namespace postbag::storage::sqlite {

namespace {

void make_database(const std::filesystem::path& file, const Owner& owner) {
  Connection connection(file, {});
  migrate(connection, mail_migrations);
  OwnerTable(connection).set(owner);
  connection.checkpoint(true);
}

}  // namespace

void make_account(const std::filesystem::path& directory, const Owner& owner) {
  try {
    disk::make_directory(directory);
    make_database(directory / "mail.db", owner);
  } catch (...) {
    std::error_code none;
    std::filesystem::remove_all(directory, none);
    throw;
  }
}

std::optional<Owner> owner_of(const std::filesystem::path& directory) {
  require_database(directory);
  Connection connection(directory / "mail.db", {.read_only = true});
  return read_owner(connection);
}

bool was_used(const std::filesystem::path& directory) {
  require_database(directory);
  Connection connection(directory / "mail.db", {.read_only = true});
  return has_given_numbers(connection);
}

void require_database(const std::filesystem::path& directory) {
  const auto file = directory / "mail.db";
  std::error_code why;
  if (std::filesystem::exists(file, why)) return;
  if (why) throw Broken("cannot read " + file.string() + ": " + why.message());
  throw Missing(file.string() + " is missing");
}

}  // namespace postbag::storage::sqlite
