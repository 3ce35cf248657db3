// What a store does from time to time: it removes bodies of deleted mail and frees disk space.
#include <filesystem>
#include <fstream>
#include <string>

#include <sqlite3.h>

#include "storage/inspect/verify.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

using namespace std::chrono_literals;

std::uintmax_t bytes_below(const std::filesystem::path& path) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
    if (entry.is_regular_file() && !entry.path().string().ends_with("-shm")) bytes += entry.file_size();
  return bytes;
}

/// Each message is its own text.
SearchTexts plain() {
  return {
      .make = [](std::string_view, std::uint64_t, const SearchTexts::Read& read) { return std::optional(read(0)); },
      .version = "1"};
}

StoreOptions indexed() {
  StoreOptions options;
  options.search_texts = plain();
  return options;
}

struct Mail : TestAccount {
  explicit Mail(const StoreOptions& given = indexed()) : TestAccount(true, given) {}

  /// Adds so many messages with \Deleted, each of another text.
  void fill(int count, std::size_t size) {
    const NamedFlags deleted{flags({SystemFlag::deleted}), {}};
    for (int i = 0; i < count; ++i) {
      std::string text = "Subject: " + std::to_string(i) + "\r\n\r\n";
      while (text.size() < size) text += std::to_string(text.size() * 7919 + static_cast<std::size_t>(i) * 104729);
      const auto staged = body(text);
      write([&](Transaction& tx) { return tx.append(inbox, staged, deleted, {}); }).value();
    }
    while (store->maintainer().index_some(100ms)) {
    }
  }
  void expunge() {
    write([&](Transaction& tx) { return tx.expunge(inbox); }).value();
  }
  std::size_t bodies() {
    return store->read([&](ReadTransaction&) { return store->bodies().above(std::nullopt, 1'000'000).size(); });
  }
  /// Runs slices until nothing is left to do; returns how many.
  int keep_up(bool held = false) {
    int slices = 1;
    while (store->maintainer().clean_up(held).more) ++slices;
    return slices;
  }
  void check_intact() {
    verify_account(options.directory, {}, VerifyBodies::checksums,
                   {.deviation = [](const std::string& line) { FAIL_CHECK(line); }, .note = [](const auto&) {}});
  }
};

/// Makes a database as they were before they could shrink.
void make_old_database(const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "PRAGMA page_size=4096; PRAGMA auto_vacuum=NONE; PRAGMA journal_mode=WAL;", nullptr,
                       nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

}  // namespace

TEST_CASE("after everything was expunged and the grace is over, the disk space is free again") {
  for (const bool old : {false, true}) {
    CAPTURE(old);
    Mail a;
    if (old) {
      a.store.reset();
      std::filesystem::remove_all(a.options.directory);
      make_old_database(a.options.directory / "mail.db");
      a.store = sqlite::open_store(a.options);
      a.write([](Transaction& tx) { return create_default_mailboxes(tx); }).value();
      a.inbox = a.id("INBOX");
    }
    const std::uintmax_t empty = bytes_below(a.options.directory);
    a.fill(600, 900);
    a.fill(10, 200'000);
    a.store->close_cleanly();
    a.reopen();
    const std::uintmax_t full = bytes_below(a.options.directory);
    REQUIRE(full > empty + 3'000'000);
    a.expunge();
    a.keep_up();
    CHECK(a.bodies() == 610);

    a.clock.seconds += 3'601;
    CHECK(a.keep_up() >= 610 / 32);
    CHECK(a.bodies() == 0);
    a.store->close_cleanly();
    a.reopen();
    CHECK(bytes_below(a.options.directory) < empty + 400'000);
    a.check_intact();

    // The ids are not used again, and new messages are found.
    a.fill(1, 100);
    CHECK(a.messages(a.inbox).front().body == BodyId(611));
    a.check_intact();
  }
}

TEST_CASE("a database that is not empty shrinks too, and keeps what is in it") {
  Mail a;
  a.fill(300, 900);
  const NamedFlags none;
  for (int i = 0; i < 30; ++i) {
    const auto staged = a.body(std::string(500, static_cast<char>('a' + i % 26)));
    a.write([&](Transaction& tx) { return tx.append(a.inbox, staged, none, {}); }).value();
  }
  a.fill(300, 900);
  a.store->maintainer().copy_log();
  const auto before = std::filesystem::file_size(a.options.directory / "mail.db");
  a.expunge();
  a.clock.seconds += 3'601;
  a.keep_up();
  CHECK(a.bodies() == 30);
  a.check_intact();
  CHECK(std::filesystem::file_size(a.options.directory / "mail.db") < before / 2);
}

TEST_CASE("upkeep says when it has to run again, and spares what somebody may be reading") {
  Mail a;
  CHECK_FALSE(a.store->maintainer().clean_up(false).next);
  a.fill(40, 100);
  CHECK_FALSE(a.store->maintainer().clean_up(false).next);
  a.expunge();
  CHECK(a.store->maintainer().clean_up(false).next == 3'600s);
  a.clock.seconds += 3'000;
  CHECK(a.store->maintainer().clean_up(false).next == 600s);
  a.clock.seconds += 600;
  CHECK(a.store->maintainer().clean_up(true).next == 0s);
  CHECK(a.bodies() == 40);
  a.clock.seconds += 24 * 3'600;
  CHECK(a.store->maintainer().clean_up(true).more);  // no read lasts that long
  CHECK(a.bodies() == 8);
  a.keep_up(true);
  CHECK(a.bodies() == 0);
}

TEST_CASE("a slice of upkeep stays short where messages are long") {
  Mail a;
  a.fill(20, 250'000);
  a.expunge();
  a.clock.seconds += 3'601;
  for (std::size_t before = 20; before > 0;) {
    CHECK((a.store->maintainer().clean_up(false).more || before <= 2));
    const std::size_t left = a.bodies();
    CHECK(before - left <= 2);
    REQUIRE(left < before);
    before = left;
  }
}

TEST_CASE("an id is never used again, whatever is collected") {
  Mail a;
  for (std::uint64_t id = 1; id < 6; ++id) {
    a.fill(1, id % 2 == 0 ? 100 : 5'000);
    CHECK(a.messages(a.inbox).front().body == BodyId(id));
    a.expunge();
    CHECK(a.store->collect_garbage(10, 0s) == 1);
    if (id == 3) a.reopen();
  }
}

TEST_CASE("the log is copied when it is long, and cut off") {
  Mail a;
  a.fill(7'000, 900);
  CHECK(a.store->log_bytes() > 4 << 20);
  a.keep_up();
  CHECK(a.store->log_bytes() == 0);
  a.add(a.inbox);
  CHECK(std::filesystem::file_size(a.options.directory / "mail.db-wal") <= 4 << 20);
}
