// Each thing that verification checks is damaged in turn, and is found.
#include "storage/inspect/verify.h"

#include <algorithm>
#include <fstream>

#include "tests/storage/fixture.h"
#include "tests/storage/formats/old_account.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

struct Findings {
  Verified found;
  std::vector<std::string> deviations;
  std::vector<std::string> notes;
};

Findings verify(const std::filesystem::path& directory, VerifyBodies how = VerifyBodies::checksums,
                const Owner& owner = {}) {
  Findings out;
  out.found = verify_account(directory, owner, how,
                             {.deviation = [&](const std::string& line) { out.deviations.push_back(line); },
                              .note = [&](const std::string& line) { out.notes.push_back(line); }});
  return out;
}

/// Messages with keywords, copies, some deleted, some moved; small ones and one in a file.
void fill(TestAccount& a) {
  for (int i = 0; i < 5; ++i) a.add(a.inbox, flags({SystemFlag::seen}), {"$Work"});
  a.add(a.inbox, flags({SystemFlag::deleted}));
  const auto large = a.body(std::string(5000, 'x'));
  const NamedFlags none;
  a.write([&](Transaction& tx) { return tx.append(a.inbox, large, none, {}); });
  const auto archive = a.id("Archive");
  a.write([&](Transaction& tx) { return tx.copy(a.inbox, set_of({1, 2}), archive); });
  a.write([&](Transaction& tx) { return tx.move(a.inbox, set_of({3}), archive); });
  a.write([&](Transaction& tx) { return tx.expunge(a.inbox); });
}

std::filesystem::path body_file(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory / "bodies"))
    if (entry.is_regular_file()) return entry.path();
  return {};
}

bool is_told(const Findings& findings, const std::string& what) {
  return std::ranges::any_of(findings.deviations, [&](const std::string& line) { return line.contains(what); });
}

}  // namespace

TEST_CASE("a store without damage has no deviation, beside the open store too") {
  TestAccount a(true);
  fill(a);
  for (int round = 0; round < 2; ++round, a.store->maintainer().copy_log()) {
    const Findings findings = verify(a.options.directory);
    CHECK(findings.deviations.empty());
    CHECK(findings.notes.empty());
    CHECK(findings.found.messages == 8);
    CHECK(findings.found.mailboxes == 6);
    CHECK(findings.found.bodies == 7);
  }
  a.store->collect_garbage(10, std::chrono::seconds{0});
  CHECK(verify(a.options.directory).deviations.empty());
}

TEST_CASE("each damage to the database is found") {
  struct {
    const char* sql;
    const char* told;
  } rows[] = {
      {"UPDATE mailbox SET messages = messages + 1 WHERE name = 'INBOX'", "INBOX: messages is 6, counted 5"},
      {"UPDATE mailbox SET unseen = 9 WHERE name = 'INBOX'", "INBOX: unseen is 9"},
      {"UPDATE mailbox SET deleted = 9 WHERE name = 'INBOX'", "INBOX: deleted is 9"},
      {"UPDATE mailbox SET bytes = 9 WHERE name = 'Archive'", "Archive: bytes is 9"},
      {"UPDATE mailbox SET uid_next = 5 WHERE name = 'INBOX'", "INBOX: UID 5 is not below UIDNEXT 5"},
      {"UPDATE mailbox SET first_recent = 99 WHERE name = 'INBOX'", "INBOX: first recent UID is above UIDNEXT"},
      {"UPDATE mailbox SET modseq = 3 WHERE name = 'INBOX'", "INBOX: UID 4 has a mod-sequence above the mailbox's"},
      {"UPDATE mailbox SET keywords = x'' WHERE name = 'INBOX'", "INBOX: UID 1 has a keyword"},
      {"UPDATE mailbox SET vanished_ranges = 7 WHERE name = 'INBOX'", "log of vanished messages is 7"},
      {"UPDATE mailbox SET low_water = 99 WHERE name = 'INBOX'", "below the low-water mark"},
      {"UPDATE mailbox SET special_use = 4 WHERE name = 'Archive'", "another mailbox has its special use too"},
      {"UPDATE mailbox SET name = 'a//b' WHERE name = 'Trash'", "not a mailbox name: a//b"},
      {"UPDATE account SET last_uid_validity = 1", "UIDVALIDITY is above the highest one given"},
      {"UPDATE account SET shared_bytes = -1", "total of bytes that messages share is -1, counted"},
      {"UPDATE account SET garbage_bytes = 9",
       "total of bytes that are not collected yet is 9, counted 17; verify --recount corrects it"},
      {"UPDATE page SET count = 3 WHERE mailbox = 1", "its summary differs from its messages"},
      {"UPDATE page SET data = x'0102' WHERE mailbox = 1", "INBOX: page 1: "},
      {"UPDATE page SET data = (SELECT data FROM page WHERE mailbox <> 1) WHERE mailbox = 1", "INBOX: "},
      {"UPDATE vanished SET uids = x'0100' WHERE mailbox = 1", "names messages that are there"},
      {"UPDATE vanished SET uids = x'ff' WHERE mailbox = 1", "INBOX: log of vanished messages: "},
      {"DELETE FROM body WHERE id = 1", "body 1 is missing, but a message refers to it"},
      {"UPDATE body SET size = 1 WHERE id = 1", "body 1 has another size than a message of it says"},
      {"UPDATE body SET data = x'00' WHERE id = 1", "body 1 is not as long as it should be"},
      {"UPDATE body SET data = zeroblob(length(data)) WHERE id = 1", "body 1 differs from its checksum"},
      {"DELETE FROM structure WHERE body = 1", "body 1 has no structure"},
      {"DELETE FROM shared WHERE body = 1", "body 1 is counted as shared by 1 messages, it is by 2"},
      {"INSERT INTO shared VALUES (99, 1)", "shared: counts bodies that are not there"},
      {"DELETE FROM garbage", "belongs to no message and is not garbage"},
      {"INSERT INTO garbage VALUES (1, 1, 0)", "body 1 is garbage, but a message refers to it"},
      {"INSERT INTO thread_key (key, thread) VALUES (1, 99)", "1 keys of threads without a message"},
  };
  for (const auto& [sql, told] : rows) {
    CAPTURE(sql);
    TestAccount a(true);
    fill(a);
    a.store.reset();
    run_sql(a.options.directory, sql);
    const Findings findings = verify(a.options.directory);
    CAPTURE(findings.deviations.empty() ? std::string() : findings.deviations.front());
    CHECK(is_told(findings, told));
    CHECK(findings.found.deviations == findings.deviations.size());
  }
}

TEST_CASE("wrong totals are counted again, beside the open store too") {
  TestAccount a(true);
  fill(a);
  run_sql(a.options.directory, "UPDATE account SET shared_bytes = 9, garbage_bytes = 9");
  CHECK(verify(a.options.directory).found.deviations == 2);
  recount_account(a.options.directory);
  CHECK(verify(a.options.directory).deviations.empty());
  a.add(a.inbox);
  CHECK(verify(a.options.directory).deviations.empty());
}

TEST_CASE("damage to the files of large messages is found, and files without a row are noted") {
  for (const std::string how : {"gone", "short", "changed", "more"}) {
    CAPTURE(how);
    TestAccount a(true);
    fill(a);
    a.store.reset();
    const auto file = body_file(a.options.directory);
    if (how == "gone") std::filesystem::remove(file);
    if (how == "short") std::filesystem::resize_file(file, 10);
    if (how == "changed") std::fstream(file).write("y", 1);
    if (how == "more") std::ofstream(file.parent_path() / "stray") << "x";
    const Findings findings = verify(a.options.directory);
    CHECK(findings.deviations.empty() == (how == "more"));
    CHECK(findings.notes.size() == (how == "more" ? 1 : 0));
    CHECK(verify(a.options.directory, VerifyBodies::sizes).deviations.empty() ==
          (how == "more" || how == "changed"));
  }
}

TEST_CASE("a damaged search index is reported") {
  StoreOptions options;
  options.search_texts = {.make = [](std::string_view structure, std::uint64_t,
                                     const SearchTexts::Read&) { return std::optional(std::string(structure)); },
                          .version = "1"};
  TestAccount a(true, std::move(options));
  fill(a);
  while (a.store->maintainer().index_some(std::chrono::milliseconds(1))) {
  }
  CHECK(verify(a.options.directory).deviations.empty());
  a.store->close_cleanly();
  a.store.reset();
  CHECK(verify(a.options.directory).deviations.empty());
  std::ofstream(a.options.directory / "search.db", std::ios::trunc) << std::string(8192, 'x');
  CHECK(is_told(verify(a.options.directory), "search index: "));
}
