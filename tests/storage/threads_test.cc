// How long the keys of a thread are known, and databases of before there were threads. tests/store has the rest.
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/migrations/migrations.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

/// Keys of messages, by their names.
constexpr std::uint64_t A = 0xffff'ffff'ffff'ffffULL, B = 2;

/// Appends a message with these keys and returns its body.
BodyId add(TestAccount& a, ThreadKeys keys) {
  const auto staged = a.body("Subject: test\r\n\r\n", std::move(keys));
  return a.write([&](Transaction& tx) { return tx.append(a.inbox, staged, {}, {}); })->body;
}

ThreadId thread(TestAccount& a, BodyId body) {
  return a.store->read([&](ReadTransaction& tx) { return tx.thread(body); });
}

ThreadId begun_by(BodyId body) { return ThreadId(body.value()); }

void expunge_all(TestAccount& a, const UidSet& uids) {
  const NamedFlags deleted{flags({SystemFlag::deleted}), {}};
  a.write([&](Transaction& tx) { return tx.store_flags(a.inbox, uids, FlagOp::add, deleted); }).value();
  a.write([&](Transaction& tx) { return tx.expunge(a.inbox); }).value();
}

}  // namespace

TEST_CASE("the keys go with the last body of the thread, not before") {
  for (const bool in_files : {false, true}) {
    TestAccount a(in_files);
    const auto collect = [&] { return a.store->collect_garbage(100, std::chrono::seconds{0}); };
    const auto first = add(a, {A});
    const auto reply = add(a, {B, A});
    add(a, {});  // the newest body is never collected
    expunge_all(a, set_of({1}));
    CHECK(collect() == 1);
    CHECK(thread(a, reply) == begun_by(first));
    const auto joined = add(a, {A});
    CHECK(thread(a, joined) == begun_by(first));
    add(a, {});
    expunge_all(a, set_of({2, 4}));
    CHECK(collect() == 2);
    const auto anew = add(a, {B, A});
    CHECK(thread(a, anew) == begun_by(anew));
  }
}

TEST_CASE("the first message of the thread may outlive the others") {
  TestAccount a(false);
  const auto first = add(a, {A});
  add(a, {B, A});
  add(a, {});
  expunge_all(a, set_of({2}));
  CHECK(a.store->collect_garbage(100, std::chrono::seconds{0}) == 1);
  CHECK(thread(a, add(a, {B})) == begun_by(first));
}

TEST_CASE("messages from before threads existed are threads of their own") {
  TemporaryDirectory directory;
  {
    sqlite::Connection old(directory.path() / "mail.db", {});
    sqlite::migrate(old, sqlite::mail_migrations.first(1));
    old.run("INSERT INTO body (size, checksum, data) VALUES (1, x'00', x'41'), (1, x'00', x'42')");
  }
  FixedClock clock;
  StoreOptions options;
  options.directory = directory.path();
  options.clock = &clock;
  const auto store = sqlite::open_store(options);
  store->read([&](ReadTransaction& tx) {
    CHECK(tx.thread(BodyId(1)) == ThreadId(1));
    CHECK(tx.thread(BodyId(2)) == ThreadId(2));
    return 0;
  });
}
