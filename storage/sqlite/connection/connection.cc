#include "storage/sqlite/connection/connection.h"

#include <chrono>

#include <sqlite3.h>

#include "storage/errors.h"

namespace postbag::storage::sqlite {

namespace {

constexpr int busy_milliseconds = 15'000;
constexpr std::uint64_t page_bytes = 4096;

/// "incremental": only when asked to. Can be chosen before the first page is there, else rebuild() has to be
/// called.
constexpr int vacuum_when_told = 2;

struct Limit {
  int id;
  int value;
};
/// What our own statements need, and no more.
constexpr Limit limits[] = {
    {SQLITE_LIMIT_SQL_LENGTH, 8'192}, {SQLITE_LIMIT_EXPR_DEPTH, 32},      {SQLITE_LIMIT_COLUMN, 64},
    {SQLITE_LIMIT_ATTACHED, 0},       {SQLITE_LIMIT_TRIGGER_DEPTH, 2},    {SQLITE_LIMIT_COMPOUND_SELECT, 4},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},   {SQLITE_LIMIT_VARIABLE_NUMBER, 64}, {SQLITE_LIMIT_WORKER_THREADS, 0},
};

/// Called by SQLite after each commit to the log: remembers its length, and leaves the checkpoint to our caller.
int remember_wal(void* bytes, sqlite3*, const char*, int pages) {
  *static_cast<std::uint64_t*>(bytes) = static_cast<std::uint64_t>(pages) * page_bytes;
  return SQLITE_OK;
}

int open_flags(const ConnectionOptions& options) {
  const int access = options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int make = options.make && !options.read_only ? SQLITE_OPEN_CREATE : 0;
  return access | make | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, const ConnectionOptions& options) {
  // SQLITE_OPEN_NOFOLLOW refuses symbolic links anywhere in the path, so only the last step may be checked by it.
  std::error_code ignored;
  const auto parent = file.empty() ? file : std::filesystem::canonical(file.parent_path(), ignored);
  const std::string name = file.empty() ? ":memory:" : (parent / file.filename()).string();
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &db, open_flags(options), nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) throw_error(db, code);
  harden(options);
}

Connection::~Connection() = default;

void Connection::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

void Connection::harden(const ConnectionOptions& options) {
  sqlite3* db = db_.get();
  sqlite3_busy_timeout(db, busy_milliseconds);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  for (const auto& limit : limits) sqlite3_limit(db, limit.id, limit.value);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, static_cast<int>(std::min<std::int64_t>(options.longest, 1'000'000'000)));
  run("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;");
  if (options.read_only) return;
  if (pragma("PRAGMA page_count") == 0) run("PRAGMA auto_vacuum=INCREMENTAL;");
  // A log that was long once is cut off when it begins again.
  run("PRAGMA page_size=4096;");
  write_ahead();
  run("PRAGMA journal_size_limit=4194304; PRAGMA checkpoint_fullfsync=ON;");
  options.sync ? run("PRAGMA synchronous=FULL;") : run("PRAGMA synchronous=OFF;");
  syncs_ = sync_commits_ = options.sync;
  sqlite3_wal_autocheckpoint(db, 0);
  sqlite3_wal_hook(db, remember_wal, &wal_bytes_);
}

/// Connections that switch a new database at the same moment keep each other from it: SQLite does not wait then, as
/// it would for ever, but fails one of them at once.
void Connection::write_ahead() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_milliseconds);
  int code = sqlite3_exec(db_.get(), "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
  while ((code & 0xff) == SQLITE_BUSY && std::chrono::steady_clock::now() < end) {
    sqlite3_sleep(2);
    code = sqlite3_exec(db_.get(), "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
  }
  if (code != SQLITE_OK) throw_error(db_.get(), code);
}

void Connection::run(Sql sql) { execute(sql.text().data()); }

void Connection::execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_error(db_.get(), code);
}

void Connection::sync_commits(bool yes) {
  if (!syncs_ || yes == sync_commits_) return;
  yes ? run("PRAGMA synchronous=FULL") : run("PRAGMA synchronous=NORMAL");
  sync_commits_ = yes;
}

void Connection::sync_log() {
  if (!syncs_) return;
  // In WAL mode the journal is the log.
  sqlite3_file* log = nullptr;
  const int code = sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (code != SQLITE_OK) throw_error(db_.get(), code);
  if (log == nullptr || log->pMethods == nullptr) throw Broken("database: its log cannot be synced");
  const int synced = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
  if (synced != SQLITE_OK) throw Broken("database: cannot sync its log");
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

std::int64_t Connection::pragma(Sql sql) {
  auto statement = prepare(sql);
  auto rows = statement.query();
  rows.next();
  return rows.integer(0);
}

int Connection::version() { return static_cast<int>(pragma("PRAGMA user_version")); }

void Connection::set(Sql before, std::uint64_t number, Sql after) {
  const std::string sql = std::string(before.text()) + std::to_string(number) + std::string(after.text());
  execute(sql.c_str());
}

void Connection::set_version(int version) { set("PRAGMA user_version=", static_cast<std::uint64_t>(version), ""); }

std::string Connection::quick_check() {
  auto statement = prepare("PRAGMA quick_check(1)");
  auto rows = statement.query();
  return rows.next() ? std::string(rows.bytes(0)) : "no answer";
}

std::vector<std::string> Connection::integrity_check() {
  auto statement = prepare("PRAGMA integrity_check(100)");
  auto rows = statement.query();
  std::vector<std::string> lines;
  while (rows.next())
    if (rows.bytes(0) != "ok") lines.emplace_back(rows.bytes(0));
  return lines;
}

std::string Connection::read_blob(const char* table, const char* column, std::int64_t row, std::uint64_t offset,
                                  std::size_t length) const {
  sqlite3_blob* blob = nullptr;
  int code = sqlite3_blob_open(db_.get(), "main", table, column, row, 0, &blob);
  if (code != SQLITE_OK) throw_error(db_.get(), code);
  const std::unique_ptr<sqlite3_blob, int (*)(sqlite3_blob*)> closing(blob, sqlite3_blob_close);
  const auto size = static_cast<std::uint64_t>(sqlite3_blob_bytes(blob));
  if (offset >= size) return {};
  std::string out(static_cast<std::size_t>(std::min<std::uint64_t>(length, size - offset)), '\0');
  code = sqlite3_blob_read(blob, out.data(), static_cast<int>(out.size()), static_cast<int>(offset));
  if (code != SQLITE_OK) throw_error(db_.get(), code);
  return out;
}

void Connection::checkpoint(bool empty) {
  sqlite3* db = db_.get();
  int log = 0;
  int done = 0;
  tried_bytes_ = wal_bytes_;
  if (empty) sqlite3_busy_timeout(db, 0);  // who waits for readers of other processes keeps all others waiting
  const int mode = empty ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(db, nullptr, mode, &log, &done);
  sqlite3_busy_timeout(db, busy_milliseconds);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) throw_error(db, code);
  if (log == done && code == SQLITE_OK) wal_bytes_ = tried_bytes_ = 0;
}

void Connection::keep_log() { sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

Connection::Pages Connection::pages() {
  return {static_cast<std::uint64_t>(pragma("PRAGMA page_count")),
          static_cast<std::uint64_t>(pragma("PRAGMA freelist_count"))};
}

bool Connection::can_shrink() { return pragma("PRAGMA auto_vacuum") == vacuum_when_told; }

void Connection::shrink(std::uint64_t pages) { set("PRAGMA incremental_vacuum(", pages, ")"); }

void Connection::rebuild() {
  const int attached = sqlite3_limit(db_.get(), SQLITE_LIMIT_ATTACHED, 1);  // SQLite attaches the copy
  const int code = sqlite3_exec(db_.get(), "PRAGMA auto_vacuum=INCREMENTAL; VACUUM;", nullptr, nullptr, nullptr);
  sqlite3_limit(db_.get(), SQLITE_LIMIT_ATTACHED, attached);
  if (code != SQLITE_OK) throw_error(db_.get(), code);
}

}  // namespace postbag::storage::sqlite
