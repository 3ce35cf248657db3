// The schema of directory.db, step by step. What each column means: storage/FORMAT.md.
#include <string>

#include "storage/owner.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/migrations/migrations.h"

namespace postbag::storage::sqlite {

namespace {

/// Not by SQLite's randomblob(): nobody may guess it.
void draw_secret(Connection& connection) {
  const std::string bytes = draw_identity() + draw_identity();
  connection.prepare("INSERT INTO secret (id, bytes) VALUES (1, ?)").execute(Blob{bytes});
}

constexpr Migration steps[] = {
    // 1
    Sql(R"sql(
CREATE TABLE account (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT    NOT NULL UNIQUE,
  password_hash TEXT    NOT NULL,
  created       INTEGER NOT NULL
) STRICT;
)sql"),
    // 2
    Sql(R"sql(
ALTER TABLE account ADD COLUMN identity BLOB NOT NULL DEFAULT x'';
)sql"),
    // 3
    Sql(R"sql(
CREATE TABLE removed (
  id       INTEGER PRIMARY KEY,
  name     TEXT    NOT NULL,
  identity BLOB    NOT NULL,
  since    INTEGER NOT NULL
) STRICT;
)sql"),
    // 4
    Sql(R"sql(
ALTER TABLE account ADD COLUMN scram TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN is_administrator INTEGER NOT NULL DEFAULT 0;
CREATE TABLE app_password (
  account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  label     TEXT    NOT NULL,
  hash      BLOB    NOT NULL,
  read_only INTEGER NOT NULL,
  created   INTEGER NOT NULL,
  PRIMARY KEY (account, label)
) STRICT, WITHOUT ROWID;
CREATE TABLE secret (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  bytes BLOB    NOT NULL
) STRICT;
)sql"),
    // 5
    draw_secret,
    // 6
    Sql(R"sql(
ALTER TABLE account ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';
)sql"),
};

}  // namespace

const std::span<const Migration> directory_migrations = steps;

}  // namespace postbag::storage::sqlite
