// Numbers that only rise, near their maximum: UIDVALIDITY, which follows the clock, and mod-sequences.
#include <limits>

#include "storage/errors.h"
#include "storage/sqlite/connection/connection.h"
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

constexpr std::int64_t usual = 1'800'000'000;
constexpr std::uint32_t highest_by_clock = 0xf000'0000;

std::uint32_t created(TestAccount& a, std::string_view name) {
  const auto id = a.write([&](Transaction& tx) { return tx.create(TestAccount::name(name)); }).value();
  return a.state(id).uid_validity.value();
}

void remove(TestAccount& a, std::string_view name) {
  REQUIRE(a.write([&](Transaction& tx) { return tx.remove(TestAccount::name(name)); }));
}

/// Closes the store, runs `sql` on its database, and opens it again.
void damage(TestAccount& a, sqlite::Sql sql) {
  a.store.reset();
  sqlite::Connection(a.options.directory / "mail.db", {}).run(sql);
  a.store = sqlite::open_store(a.options);
}

}  // namespace

TEST_CASE("after a clock was wrong once, UIDVALIDITY still rises forever") {
  struct {
    std::int64_t wrong;
    std::uint32_t given;
  } const rows[] = {
      {std::int64_t{5'000'000'000}, highest_by_clock},
      {std::int64_t{0xffff'ffff}, highest_by_clock},
      {std::int64_t{0xf000'0001}, highest_by_clock},
      {std::int64_t{0xefff'ffff}, 0xefff'ffff},
      {std::numeric_limits<std::int64_t>::max(), highest_by_clock},
  };
  for (const auto& [wrong, given] : rows) {
    CAPTURE(wrong);
    TestAccount a(false);
    const std::uint32_t before = created(a, "before");
    a.clock.seconds = wrong;
    CHECK(created(a, "x") == given);
    CHECK(created(a, "y") == given + 1);
    a.clock.seconds = usual;
    remove(a, "x");
    CHECK(created(a, "x") == given + 2);
    CHECK(a.write([&](Transaction& tx) { return tx.rename(TestAccount::name("x"), TestAccount::name("z")); }));
    CHECK(a.write([&](Transaction& tx) { return tx.rename(MailboxName::inbox(), TestAccount::name("old")); }));
    CHECK(before < given);
  }
}

TEST_CASE("a clock before 1970 gives UIDVALIDITY above the last") {
  for (const std::int64_t wrong : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
    TestAccount a(false);
    const std::uint32_t before = created(a, "before");
    a.clock.seconds = wrong;
    CHECK(created(a, "x") == before + 1);
  }
}

TEST_CASE("an account whose UIDVALIDITY a wrong clock once used up makes mailboxes again, but for that name") {
  TestAccount a(true);
  CHECK(created(a, "burnt") >= usual);
  damage(a,
         "UPDATE mailbox SET uid_validity = 4294967295 WHERE name = 'burnt';"
         "UPDATE account SET last_uid_validity = 4294967295;");
  const std::uint32_t first = created(a, "x");
  CHECK(first >= usual);
  remove(a, "x");
  CHECK(created(a, "x") > first);
  remove(a, "burnt");
  CHECK_THROWS_AS(a.write([&](Transaction& tx) { return tx.create(TestAccount::name("burnt")); }), Corrupt);
  CHECK(created(a, "y") >= usual);
}

TEST_CASE("mod-sequences beyond 63 bits are refused, and nothing else is") {
  TestAccount a(true);
  a.add(a.inbox);
  damage(a, "UPDATE mailbox SET modseq = 9223372036854775804 WHERE name = 'INBOX'");
  const auto store = [&](FlagOp op) {
    return a.write([&](Transaction& tx) {
      return tx.store_flags(a.inbox, TestAccount::all, op, {flags({SystemFlag::seen}), {}});
    });
  };
  CHECK(store(FlagOp::add)->modseq.value() == ModSeq::max_value - 2);
  CHECK(store(FlagOp::remove)->modseq.value() == ModSeq::max_value - 1);
  CHECK_THROWS_AS(store(FlagOp::add), Corrupt);
  CHECK_THROWS_AS(a.add(a.inbox), Corrupt);
  const auto copy = [&](Transaction& tx) { return tx.copy(a.inbox, TestAccount::all, a.inbox); };
  CHECK_THROWS_AS(a.write(copy), Corrupt);
  CHECK_THROWS_AS(a.write([&](Transaction& tx) { return tx.vanish(a.inbox, TestAccount::all); }), Corrupt);
  CHECK(a.state(a.inbox).highest_modseq.value() == ModSeq::max_value - 1);
  CHECK(a.uids(a.inbox) == set_of({1}));
  const auto archive = a.id("Archive");
  CHECK(a.write([&](Transaction& tx) { return tx.copy(a.inbox, TestAccount::all, archive); }));
}
