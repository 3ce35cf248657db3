// Opening mail.db: nothing is written before it is known whose mail it is. Then the schema is brought up to date,
// and after a stop that was not clean a database that is not large is checked.
#include "storage/sqlite/mail_database.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sodium/core.h>

#include "storage/disk/posix.h"
#include "storage/disk/reserve.h"
#include "storage/errors.h"
#include "storage/sqlite/mail_file.h"
#include "storage/sqlite/migrations/migrations.h"
#include "storage/sqlite/owner_table.h"

namespace postbag::storage::sqlite {

namespace {

/// Whether the database may be made. Accounts of an older postbag have none before their first login, and then
/// nothing else either.
bool may_make(const StoreOptions& options) {
  if (!options.owner) return true;
  std::error_code none;
  return options.owner->identity.empty() &&
         (!std::filesystem::exists(options.directory, none) || std::filesystem::is_empty(options.directory, none));
}

std::filesystem::path prepare_directory(const StoreOptions& options) {
  const disk::Reserve reserve(options.reserve_file, options.most_in_reserve_file);
  reserve.use_when_full();  // SQLite makes files when it opens one
  if (sodium_init() < 0) throw Broken("libsodium cannot start");
  const auto& directory = options.directory;
  if (directory.empty()) return {};
  if (!may_make(options)) require_database(directory);
  disk::make_directory(directory);
  const auto database = directory / "mail.db";
  // Whoever made the directory may have ended before it was durable; once there is a database in it, it is.
  if (!std::filesystem::exists(database)) disk::sync_into_parent(directory);
  return database;
}

/// After an unclean stop its log is left, for SQLite removes it when the last connection closes.
bool has_log(const std::filesystem::path& directory) {
  std::error_code none;
  const auto log = std::filesystem::file_size(directory / "mail.db-wal", none);
  return !directory.empty() && !none && log > 0;
}

/// A large file is not read through: its mail would have to wait for seconds, and a damaged page
/// is refused anyway when it is read.
void check_database(Connection& connection, const std::filesystem::path& directory) {
  constexpr std::uintmax_t most_bytes = std::uintmax_t{64} << 20;
  if (std::filesystem::file_size(directory / "mail.db") > most_bytes) return;
  const auto answer = connection.quick_check();
  if (answer != "ok") throw Corrupt("database: " + answer);
}

/// In memory, whole messages are rows; otherwise only what is inline, and structures.
ConnectionOptions connection_options(const StoreOptions& options) {
  constexpr std::int64_t room = std::int64_t{64} << 20;
  return {.make = may_make(options),
          .sync = options.durability == Durability::full,
          .longest = std::max(room, static_cast<std::int64_t>(options.limits.message) + (1 << 20))};
}

/// Before anything is written into what may be another's.
void require_owner(Connection& connection, const StoreOptions& options) {
  if (!options.owner) return;
  const auto found = read_owner(connection);
  if (!is_of(found, *options.owner)) throw Foreign(not_theirs(options.directory, found));
}

/// An account that an older postbag made gets its identity.
void give_identity(const Connection& connection, const StoreOptions& options) {
  if (!options.owner || !options.owner->identity.empty()) return;
  OwnerTable table(connection);
  if (!table.find()) table.set({options.owner->name, draw_identity()});
}

/// An older database grows by what a step writes: where the disk has no room for that, what is held for the mail's
/// owner to delete something is given up for it.
void migrate_mail(Connection& connection, const StoreOptions& options) {
  try {
    return migrate(connection, mail_migrations);
  } catch (const DiskFull&) {
    disk::Reserve(options.reserve_file, options.most_in_reserve_file).give_up();
  }
  migrate(connection, mail_migrations);
}

/// A damaged file is refused before anything is written into it.
void open_schema(Connection& connection, const StoreOptions& options, bool stopped_uncleanly) {
  require_owner(connection, options);
  if (stopped_uncleanly) check_database(connection, options.directory);
  migrate_mail(connection, options);
  give_identity(connection, options);
}

}  // namespace

OpenDatabase::OpenDatabase(const StoreOptions& options)
    : stopped_uncleanly(has_log(options.directory)),
      connection(prepare_directory(options), connection_options(options)),
      tables((open_schema(connection, options, stopped_uncleanly), connection)),
      statements(connection) {}

MailDatabase::MailDatabase(const StoreOptions& options)
    : OpenDatabase(options),
      Tables(tables.account, tables.mailboxes, tables.pages, tables.vanished, tables.bodies, tables.threads,
             tables.subscriptions) {}

TransactionStatements::TransactionStatements(const Connection& c)
    : begin(c.prepare("BEGIN")),
      begin_immediate(c.prepare("BEGIN IMMEDIATE")),
      commit(c.prepare("COMMIT")),
      set_savepoint(c.prepare("SAVEPOINT body")),
      release_savepoint(c.prepare("RELEASE body")),
      data_version(c.prepare("PRAGMA data_version")) {}

void MailDatabase::begin_read() { statements.begin.execute(); }

void MailDatabase::begin_write(bool durable) {
  connection.sync_commits(durable);
  statements.begin_immediate.execute();
}

void MailDatabase::commit() { statements.commit.execute(); }

void MailDatabase::roll_back() { connection.run("ROLLBACK"); }

bool MailDatabase::in_transaction() const { return connection.in_transaction(); }

void MailDatabase::set_savepoint() { statements.set_savepoint.execute(); }

void MailDatabase::release_savepoint() { statements.release_savepoint.execute(); }

void MailDatabase::roll_back_to_savepoint() {
  connection.run("ROLLBACK TO body");
  release_savepoint();
}

std::uint64_t MailDatabase::commits_of_others() {
  auto rows = statements.data_version.query();
  rows.next();
  return static_cast<std::uint64_t>(rows.integer(0));
}

void MailDatabase::sync() { connection.sync_log(); }

std::uint64_t MailDatabase::log_bytes() const { return connection.wal_bytes(); }

void MailDatabase::copy_log(bool empty) { connection.checkpoint(empty); }

void MailDatabase::keep_log() { connection.keep_log(); }

Tables::Space MailDatabase::space() {
  const auto [all, free] = connection.pages();
  return {.pages = all, .free = free};
}

bool MailDatabase::can_shrink() { return connection.can_shrink(); }

void MailDatabase::shrink(std::uint64_t most) { connection.shrink(most); }

void MailDatabase::rebuild() {
  connection.sync_commits(true);
  connection.rebuild();
}

std::unique_ptr<PagedStore> open_store(StoreOptions options) {
  auto database = std::make_unique<MailDatabase>(options);
  return std::make_unique<PagedStore>(std::move(options), std::move(database));
}

}  // namespace postbag::storage::sqlite
