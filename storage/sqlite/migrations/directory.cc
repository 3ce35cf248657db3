// The schema of directory.db, step by step. What each column means: storage/FORMAT.md.
#include "storage/sqlite/migrations/migrations.h"

namespace postbag::storage::sqlite {

namespace {

constexpr Migration steps[] = {
    // 1
    R"sql(
CREATE TABLE account (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT    NOT NULL UNIQUE,
  password_hash TEXT    NOT NULL,
  created       INTEGER NOT NULL
) STRICT;
)sql",
    // 2
    R"sql(
ALTER TABLE account ADD COLUMN identity BLOB NOT NULL DEFAULT x'';
)sql",
    // 3
    R"sql(
CREATE TABLE removed (
  id       INTEGER PRIMARY KEY,
  name     TEXT    NOT NULL,
  identity BLOB    NOT NULL,
  since    INTEGER NOT NULL
) STRICT;
)sql",
};

}  // namespace

const std::span<const Migration> directory_migrations = steps;

}  // namespace postbag::storage::sqlite
