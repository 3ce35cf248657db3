// The schema of an account's mail.db, step by step. What each column means: storage/FORMAT.md.
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/migrations/migrations.h"
#include "storage/sqlite/migrations/rewrite_pages.h"

namespace postbag::storage::sqlite {

namespace {

/// Few bodies are shared or garbage, so that this reads few of them. Left out, verify finds the totals wrong.
void count_totals(Connection& connection) {
  connection.run(R"sql(
UPDATE account SET
  messages = (SELECT coalesce(sum(messages), 0) FROM mailbox),
  bytes = (SELECT coalesce(sum(bytes), 0) FROM mailbox) -
          (SELECT coalesce(sum(extra * size), 0) FROM shared CROSS JOIN body ON id = shared.body),
  garbage_bytes = (SELECT coalesce(sum(size), 0) FROM garbage CROSS JOIN body ON id BETWEEN first AND last);
)sql");
}

/// As count_totals().
void count_shared_bytes(Connection& connection) {
  connection.run(R"sql(
UPDATE account SET shared_bytes =
  (SELECT coalesce(sum(extra * size), 0) FROM shared CROSS JOIN body ON id = shared.body);
)sql");
}

constexpr Migration steps[] = {
    // 1
    Sql(R"sql(
CREATE TABLE account (
  id                INTEGER PRIMARY KEY CHECK (id = 1),
  last_uid_validity INTEGER NOT NULL,
  retired_floor     INTEGER NOT NULL
) STRICT;
INSERT INTO account VALUES (1, 0, 0);

CREATE TABLE mailbox (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT    NOT NULL UNIQUE,
  special_use     INTEGER NOT NULL,
  uid_validity    INTEGER NOT NULL,
  uid_next        INTEGER NOT NULL,
  modseq          INTEGER NOT NULL,
  messages        INTEGER NOT NULL,
  unseen          INTEGER NOT NULL,
  deleted         INTEGER NOT NULL,
  bytes           INTEGER NOT NULL,
  first_recent    INTEGER NOT NULL,
  low_water       INTEGER NOT NULL,
  vanished_ranges INTEGER NOT NULL,
  keywords        BLOB    NOT NULL
) STRICT;

CREATE TABLE retired_name (
  name         TEXT    PRIMARY KEY,
  uid_validity INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX retired_by_validity ON retired_name (uid_validity);

CREATE TABLE subscription (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE page (
  id      INTEGER PRIMARY KEY,
  mailbox INTEGER NOT NULL REFERENCES mailbox (id),
  modseq  INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  count   INTEGER NOT NULL,
  unseen  INTEGER NOT NULL,
  data    BLOB    NOT NULL
) STRICT;
CREATE INDEX page_directory ON page (mailbox, modseq, last, count, unseen);

CREATE TABLE vanished (
  mailbox INTEGER NOT NULL REFERENCES mailbox (id),
  modseq  INTEGER NOT NULL,
  time    INTEGER NOT NULL,
  ranges  INTEGER NOT NULL,
  uids    BLOB    NOT NULL,
  PRIMARY KEY (mailbox, modseq)
) STRICT, WITHOUT ROWID;

CREATE TABLE body (
  id       INTEGER PRIMARY KEY,
  size     INTEGER NOT NULL,
  checksum BLOB    NOT NULL,
  file     TEXT,
  data     BLOB
) STRICT;
CREATE UNIQUE INDEX body_file ON body (file) WHERE file IS NOT NULL;
CREATE TABLE structure (
  body INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;
CREATE TABLE shared (
  body  INTEGER PRIMARY KEY,
  extra INTEGER NOT NULL
) STRICT;
CREATE TABLE garbage (
  first INTEGER PRIMARY KEY,
  last  INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT;
)sql"),
    // 2
    Sql(R"sql(
CREATE TABLE threaded (
  body   INTEGER PRIMARY KEY,
  thread INTEGER NOT NULL
) STRICT;
CREATE INDEX threaded_by_thread ON threaded (thread);
CREATE TABLE thread_key (
  key    INTEGER PRIMARY KEY,
  thread INTEGER NOT NULL
) STRICT;
CREATE INDEX thread_key_by_thread ON thread_key (thread);
)sql"),
    // 3
    Sql(R"sql(
ALTER TABLE mailbox ADD COLUMN reserved_modseq INTEGER NOT NULL DEFAULT 0;
)sql"),
    // 4
    Sql(R"sql(
ALTER TABLE account ADD COLUMN last_body INTEGER NOT NULL DEFAULT 0;
)sql"),
    // 5
    Sql(R"sql(
ALTER TABLE account ADD COLUMN owner_name TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN owner_identity BLOB NOT NULL DEFAULT x'';
)sql"),
    // 6; both formats of pages can be read
    Dispensable{rewrite_pages},
    // 7
    Sql(R"sql(
ALTER TABLE account ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN garbage_bytes INTEGER NOT NULL DEFAULT 0;
)sql"),
    // 8
    Dispensable{count_totals},
    // 9
    Sql(R"sql(
ALTER TABLE account ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN names_generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
)sql"),
    // 10; so that a commit need not write the account's row
    Sql(R"sql(
ALTER TABLE account DROP COLUMN messages;
ALTER TABLE account DROP COLUMN bytes;
ALTER TABLE account DROP COLUMN generation;
ALTER TABLE account ADD COLUMN shared_bytes INTEGER NOT NULL DEFAULT 0;
)sql"),
    // 11
    Dispensable{count_shared_bytes},
};

}  // namespace

const std::span<const Migration> mail_migrations = steps;

}  // namespace postbag::storage::sqlite
