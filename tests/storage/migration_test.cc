// Accounts that an older postbag made, opened by this one.
#include <cstddef>
#include <fstream>
#include <iterator>
#include <span>

#include "storage/errors.h"
#include "storage/inspect/dump.h"
#include "storage/inspect/verify.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/migrations/migrations.h"
#include "tests/storage/faults/account_state.h"
#include "tests/storage/fixture.h"
#include "tests/storage/formats/old_account.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

/// The format of the account in tests/storage/formats, whose index pages have format 1.
constexpr int old_format = 5;

/// A copy of that account.
struct OldAccount {
  OldAccount() {
    make_old_account(directory.path(), old_format);
    options.directory = directory.path();
    options.owner = Owner{"anna", "0123456789abcdef"};
    options.clock = &clock;
  }
  std::unique_ptr<PagedStore> open() const { return sqlite::open_store(options); }

  TemporaryDirectory directory;
  FixedClock clock;
  StoreOptions options;
};

MailboxId id_of(Store& store, std::string_view name) {
  return store.read([&](ReadTransaction& tx) { return tx.find(MailboxName::from(name).value()).value(); });
}

std::size_t read_messages(Store& store, std::string_view name) {
  const auto id = id_of(store, name);
  return store.read(
      [&](ReadTransaction& tx) { return tx.messages(id, TestAccount::all, 1'000).value().messages.size(); });
}

std::vector<std::string> deviations(const OldAccount& old) {
  std::vector<std::string> out;
  verify_account(old.options.directory, *old.options.owner, VerifyBodies::checksums,
                 {.deviation = [&](const std::string& line) { out.push_back(line); },
                  .note = [&](const std::string& line) { out.push_back(line); }});
  return out;
}

/// Ends the chain of pages in which a row of 20 000 letters Q lies: SQLite finds that row damaged, and no other.
void break_chain_of_q(const std::filesystem::path& directory) {
  constexpr std::size_t page = 4096;
  constexpr std::size_t pointer = 4;  // to the chain's next page, at the beginning of each
  std::fstream file(directory / "mail.db", std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t at = 0; at + page <= bytes.size(); at += page) {
    if (bytes.substr(at + pointer, 1'000) != std::string(1'000, 'Q')) continue;
    file.clear();
    file.seekp(static_cast<std::streamoff>(at));
    file.write("\0\0\0\0", pointer);
    return;
  }
  FAIL("no such page");
}

}  // namespace

TEST_CASE("an account of format 5 has the same mail after its migration") {
  const OldAccount old;
  CHECK(ask_sql(old.options.directory, "SELECT count(*) FROM page WHERE substr(data, 1, 1) = x'01'") == 5);
  CHECK_THROWS_WITH_AS(Dump(old.options.directory),
                       "database: schema version 5 is of an older postbag; the next login or delivery migrates it",
                       Corrupt);
  for (int round = 0; round < 2; ++round) {
    const auto store = old.open();
    CHECK(read_account(*store).text() == old_account_text(old_format));
  }
  CHECK(deviations(old).empty());  // also none in the totals, which format 5 did not have
  CHECK(Dump(old.options.directory).schema_version() == 11);
  CHECK(ask_sql(old.options.directory, "SELECT count(*) FROM page WHERE substr(data, 1, 1) = x'02'") == 5);
}

TEST_CASE("a damaged page does not keep the other mailboxes from being migrated") {
  const OldAccount old;
  run_sql(old.options.directory,
          "UPDATE page SET data = x'0105' WHERE mailbox = (SELECT id FROM mailbox WHERE name = 'Archive')");
  const auto store = old.open();
  CHECK(read_messages(*store, "INBOX") == 13);
  CHECK_THROWS_AS(read_messages(*store, "Archive"), Corrupt);
}

TEST_CASE("a damaged page of the database does not keep the other mailboxes from being migrated") {
  const OldAccount old;
  run_sql(old.options.directory,
          "UPDATE page SET data = CAST(replace(hex(zeroblob(10000)), '0', 'Q') AS BLOB) "
          "WHERE mailbox = (SELECT id FROM mailbox WHERE name = 'Archive')");
  break_chain_of_q(old.options.directory);
  const auto store = old.open();
  CHECK(read_messages(*store, "INBOX") == 13);
  CHECK_THROWS_AS(read_messages(*store, "Archive"), Corrupt);
}

TEST_CASE("a step of a migration that fails leaves the format of before") {
  TemporaryDirectory directory;
  sqlite::Connection connection(directory.path() / "mail.db", {});
  constexpr sqlite::Migration steps[] = {sqlite::Sql("CREATE TABLE one (id INTEGER)"), [](sqlite::Connection& c) {
                                           c.run("CREATE TABLE two (id INTEGER)");
                                           throw DiskFull("no room");
                                         }};
  CHECK_THROWS_AS(sqlite::migrate(connection, steps), DiskFull);
  CHECK(connection.version() == 0);  // a new one is made in one piece
  sqlite::migrate(connection, std::span(steps).first(1));
  CHECK_THROWS_AS(sqlite::migrate(connection, steps), DiskFull);
  CHECK(connection.version() == 1);
  CHECK(ask_sql(directory.path(), "SELECT count(*) FROM sqlite_master") == 1);
  CHECK_THROWS_AS(sqlite::require_version(connection, steps), Corrupt);
}
