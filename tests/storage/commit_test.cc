// What a commit costs, and what becomes of the bodies of messages.
#include <set>
#include <vector>

#include "storage/errors.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

std::size_t files_below(const std::filesystem::path& path) {
  std::size_t n = 0;
  for (const auto& e : std::filesystem::recursive_directory_iterator(path))
    if (e.is_regular_file()) ++n;
  return n;
}

}  // namespace

TEST_CASE("a group costs one sync, and its bodies' files one each and their directories") {
  TestAccount a(true);
  a.options.durability = Durability::full;
  a.reopen();
  const auto staged = a.body("x");
  const NamedFlags none;
  const auto body = [&](Transaction& tx) { return tx.append(a.inbox, staged, none, {}); };
  const auto before = a.store->counters();
  std::vector<std::unique_ptr<WriteOf<decltype(body)>>> owned;
  std::vector<Write*> writes;
  for (int i = 0; i < 20; ++i)
    writes.push_back(owned.emplace_back(std::make_unique<WriteOf<decltype(body)>>(body)).get());
  a.store->commit(writes);
  CHECK(a.store->counters().syncs == before.syncs + 1);
  CHECK(a.store->counters().commits == before.commits + 1);
  CHECK(a.store->counters().writes == before.writes + 20);
  CHECK(a.uids(a.inbox).size() == 20);

  const auto large = a.body(std::string(5000, 'x'));
  const auto syncs = a.store->counters().syncs;
  a.write([&](Transaction& tx) { return tx.append(a.inbox, large, none, {}); });
  CHECK(a.store->counters().syncs == syncs + 4);  // file, bodies/, directory in it, log
}

TEST_CASE("a body is stored once, however often a commit appends it") {
  TestAccount a(true);
  const auto staged = a.body("once");
  const NamedFlags none;
  std::set<BodyId> rows;
  const auto twice = [&](Transaction& tx) {
    rows.insert(tx.append(a.inbox, staged, none, {}).value().body);
    auto second = tx.append(a.inbox, staged, none, {});
    rows.insert(second.value().body);
    return second;
  };
  WriteOf<decltype(twice)> first(twice);
  WriteOf<decltype(twice)> another(twice);
  a.store->commit(std::vector<Write*>{&first, &another});
  CHECK(a.uids(a.inbox).size() == 4);
  CHECK(rows.size() == 1);
}

TEST_CASE("a commit writes only the pages of what it changes, none for totals and generation") {
  TestAccount a(true);
  const auto uid = a.add(a.inbox);
  const auto pages_written = [&](const auto& change) {
    const auto before = a.store->log_bytes();
    change();
    return (a.store->log_bytes() - before) / Tables::page_bytes;
  };
  const NamedFlags flagged{flags({SystemFlag::flagged}), {}};
  const auto flag = [&](Transaction& tx) { return tx.store_flags(a.inbox, {{uid, uid}}, FlagOp::add, flagged); };
  CHECK(pages_written([&] { a.write(flag).value(); }) == 3);  // mailbox, page, page_directory
  CHECK(pages_written([&] { a.add(a.inbox); }) == 5);         // body and structure, too
  CHECK(pages_written([&] { a.write(flag).value(); }) == 0);
}

TEST_CASE("a large body is a file, found again, and deleted when nobody takes it") {
  TestAccount a(true);
  const auto bodies = a.options.directory / "bodies";
  const std::string text = [] {
    std::string s;
    while (s.size() < 300'000) s += "line " + std::to_string(s.size()) + "\r\n";
    return s;
  }();
  {
    const auto dropped = a.body(text);
    CHECK(files_below(bodies) == 1);
  }
  CHECK(files_below(bodies) == 0);

  std::optional<StagedBody> staged(a.body(text));
  const NamedFlags none;
  CHECK(!a.write([&](Transaction& tx) -> Result<Appended> {
    static_cast<void>(tx.append(a.inbox, *staged, none, {}));
    return std::unexpected(Error::over_quota);
  }));
  CHECK(files_below(bodies) == 1);  // refused, but still staged: it may be tried again
  const auto body = a.write([&](Transaction& tx) { return tx.append(a.inbox, *staged, none, {}); }).value().body;
  staged.reset();
  CHECK(files_below(bodies) == 1);
  a.reopen();
  CHECK(files_below(bodies) == 1);
  a.store->read([&](ReadTransaction& tx) {
    CHECK(tx.read_body(body, 0, 1'000'000) == text);
    CHECK(tx.read_body(body, 123'456, 1000) == text.substr(123'456, 1000));
    CHECK(a.store->bodies().verify(body) == true);
    return 0;
  });
}

TEST_CASE("a damaged file is noticed") {
  TestAccount a(true);
  const auto staged = a.body(std::string(5000, 'x'));
  const NamedFlags none;
  const auto body = a.write([&](Transaction& tx) { return tx.append(a.inbox, staged, none, {}); }).value().body;
  for (const auto& e : std::filesystem::recursive_directory_iterator(a.options.directory / "bodies"))
    if (e.is_regular_file()) {
      std::FILE* f = std::fopen(e.path().c_str(), "r+");
      std::fputc('y', f);
      std::fclose(f);
    }
  CHECK(a.store->read([&](ReadTransaction&) { return a.store->bodies().verify(body); }) == false);
}

TEST_CASE("what a crash leaves in incoming is swept by opening") {
  TestAccount a(true);
  const auto incoming = a.options.directory / "bodies" / "incoming";
  a.store.reset();
  std::FILE* f = std::fopen((incoming / "00112233445566778899aabbccddeeff").c_str(), "w");
  std::fputs("half a message", f);
  std::fclose(f);
  a.store = sqlite::open_store(a.options);
  CHECK(files_below(incoming) == 0);
}

TEST_CASE("bodies are collected after the last message that refers to them was removed, and not before the grace") {
  for (const std::size_t size : {10U, 5000U}) {
    CAPTURE(size);
    TestAccount a(true);
    const auto staged = a.body(std::string(size, 'x'));
    const NamedFlags named{flags({SystemFlag::deleted}), {}};
    const auto body = a.write([&](Transaction& tx) { return tx.append(a.inbox, staged, named, {}); }).value().body;
    const auto archive = a.id("Archive");
    a.write([&](Transaction& tx) { return tx.copy(a.inbox, TestAccount::all, archive); });
    a.write([&](Transaction& tx) { return tx.copy(a.inbox, TestAccount::all, a.inbox); });
    const auto there = [&] {
      return a.store->read([&](ReadTransaction&) { return a.store->bodies().size(body).has_value(); });
    };
    const auto collect = [&] { return a.store->collect_garbage(100, std::chrono::seconds{60}); };
    a.write([&](Transaction& tx) { return tx.expunge(a.inbox); });  // two at once
    a.clock.seconds += 100;
    CHECK(collect() == 0);
    a.write([&](Transaction& tx) { return tx.expunge(archive); });
    CHECK(collect() == 0);  // within the grace
    CHECK(there());
    a.clock.seconds += 100;
    CHECK(collect() == 1);
    CHECK(!there());
    CHECK(collect() == 0);
    CHECK(files_below(a.options.directory / "bodies") == 0);
  }
}

TEST_CASE("garbage is collected in slices, also from the middle of a run") {
  TestAccount a(true);
  for (int i = 0; i < 30; ++i) a.add(a.inbox, i % 3 == 0 ? SystemFlags{} : flags({SystemFlag::deleted}));
  a.write([&](Transaction& tx) { return tx.expunge(a.inbox); });
  a.add(a.inbox);
  std::size_t total = 0;
  while (const auto n = a.store->collect_garbage(3, std::chrono::seconds{0})) {
    CHECK(n <= 3);
    total += n;
  }
  CHECK(total == 20);
  const auto left = a.messages(a.inbox);
  CHECK(left.size() == 11);
  a.store->read([&](ReadTransaction&) {
    for (const auto& m : left) CHECK(a.store->bodies().verify(m.body) == true);
    return 0;
  });
}

TEST_CASE("the bodies of a removed mailbox are collected but for those shared") {
  TestAccount a(true);
  const auto id = a.write([](Transaction& tx) { return tx.create(TestAccount::name("a")); }).value();
  for (int i = 0; i < 10; ++i) a.add(id);
  const auto some = set_of({2, 5});
  a.write([&](Transaction& tx) { return tx.copy(id, some, a.inbox); });
  CHECK(a.write([](Transaction& tx) { return tx.remove(TestAccount::name("a")); }));
  a.add(a.inbox);
  CHECK(a.store->collect_garbage(100, std::chrono::seconds{0}) == 8);
}

TEST_CASE("the bodies of vanished messages are collected") {
  TestAccount a(true);
  for (int i = 0; i < 4; ++i) a.add(a.inbox);
  a.write([&](Transaction& tx) { return tx.vanish(a.inbox, set_of({1, 3, 9})); }).value();
  a.add(a.inbox);
  CHECK(a.store->collect_garbage(10, std::chrono::seconds{0}) == 2);
}

TEST_CASE("a small cache yields the same answers") {
  StoreOptions options;
  options.cache_bytes = 20'000;
  TestAccount a(true, options);
  for (int i = 0; i < 700; ++i) a.add(a.inbox);
  const NamedFlags named{flags({SystemFlag::seen}), {}};
  a.write([&](Transaction& tx) { return tx.store_flags(a.inbox, TestAccount::all, FlagOp::add, named); });
  CHECK(a.messages(a.inbox).size() == 700);
  CHECK(a.state(a.inbox).unseen == 0);
}

TEST_CASE("a checkpoint empties the log") {
  TestAccount a(true);
  a.add(a.inbox);
  CHECK(a.store->log_bytes() > 0);
  a.store->maintainer().copy_log();
  CHECK(a.store->log_bytes() == 0);
  CHECK(a.uids(a.inbox).size() == 1);
}
