#include "storage/sqlite/connection/statement.h"

#include <cerrno>
#include <string>

#include <sqlite3.h>

#include "storage/errors.h"

namespace postbag::storage::sqlite {

namespace {

/// Whether what SQLite calls an I/O error is but missing room: a quota, or no room for its shared memory.
bool lacks_room(sqlite3* db) {
  if (db == nullptr) return false;
  const int code = sqlite3_extended_errcode(db);
  const int cause = sqlite3_system_errno(db);
  const bool from_writing = code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_CANTOPEN;
  return from_writing && (cause == ENOSPC || cause == EDQUOT);
}

/// SQLite opens the log and its shared memory when it needs them.
bool lacks_descriptors(sqlite3* db) {
  if (db == nullptr || (sqlite3_extended_errcode(db) & 0xff) != SQLITE_CANTOPEN) return false;
  const int cause = sqlite3_system_errno(db);
  return cause == EMFILE || cause == ENFILE;
}

/// A null pointer would bind NULL instead of an empty value.
const char* not_null(std::string_view bytes) { return bytes.data() != nullptr ? bytes.data() : ""; }

}  // namespace

void throw_error(sqlite3* db, int code) {
  const std::string text = std::string("database: ") + (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code)) +
                           " (" + std::to_string(db != nullptr ? sqlite3_extended_errcode(db) : code) + ")";
  if (lacks_room(db)) throw DiskFull(text);
  if (lacks_descriptors(db)) throw Unavailable(text);
  switch (code & 0xff) {
    case SQLITE_FULL: throw DiskFull(text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: throw Corrupt(text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: throw InUse(text);
    case SQLITE_NOMEM: throw std::bad_alloc();
    default: throw Broken(text);
  }
}

Rows::~Rows() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) throw_error(sqlite3_db_handle(statement_), code);
  return false;
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }

bool Rows::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view Rows::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Statement::Statement(sqlite3* db, Sql sql) {
  sqlite3_stmt* statement = nullptr;
  const std::string_view text = sql.text();
  const int code = sqlite3_prepare_v3(db, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) throw_error(db, code);
  statement_.reset(statement);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::check(int code) const {
  if (code != SQLITE_OK) throw_error(sqlite3_db_handle(statement_.get()), code);
}

void Statement::bind(int index, std::int64_t value) { check(sqlite3_bind_int64(statement_.get(), index, value)); }

void Statement::bind(int index, std::string_view text) {
  const char* const data = not_null(text);
  check(sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int index, Blob blob) {
  const char* const data = not_null(blob.bytes);
  check(sqlite3_bind_blob64(statement_.get(), index, data, blob.bytes.size(), SQLITE_STATIC));
}

void Statement::bind(int index, std::nullptr_t) { check(sqlite3_bind_null(statement_.get(), index)); }

}  // namespace postbag::storage::sqlite
