// Group commit, rollback, and what a commit reports.
#include <stdexcept>

#include "tests/store/each_store.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

TEST_CASE("transactions that fail in the middle of a group undo their own work only") {
  for_each_store([](AnyAccount& a) {
    const auto archive = a.id("Archive");
    const auto small = a.body("small");
    const NamedFlags none;
    const auto before = a.store->counters();

    WriteOf first([&](Transaction& tx) { return tx.append(a.inbox, small, none, {}); });
    WriteOf refuses([&](Transaction& tx) -> Result<Appended> {
      auto appended = tx.append(a.inbox, small, none, {});
      if (!appended || !tx.create(AnyAccount::name("ghost"))) return appended;
      return std::unexpected(Error::over_quota);
    });
    WriteOf throws([&](Transaction& tx) -> Result<Appended> {
      static_cast<void>(tx.move(a.inbox, AnyAccount::all, archive));
      throw std::runtime_error("a bug in the body");
    });
    WriteOf last([&](Transaction& tx) { return tx.append(a.inbox, small, none, {}); });
    Write* const writes[] = {&first, &refuses, &throws, &last};
    const auto report = a.store->commit(writes);

    CHECK(first.take().value().uid == Uid(1));
    CHECK(refuses.take().error() == Error::over_quota);
    CHECK_THROWS_AS(throws.take(), std::runtime_error);
    CHECK(last.take().value().uid == Uid(2));  // the UID of the refused body was never announced
    CHECK(report.mailboxes == std::vector{ChangedMailbox{a.inbox, ModSeq(3)}});
    CHECK(!report.names_changed);
    const auto after = a.store->counters();
    CHECK(after.commits == before.commits + 1);
    CHECK(after.writes == before.writes + 2);
    CHECK(after.refused == before.refused + 2);

    for (int round = 0; round < 2; ++round, a.reopen()) {
      CHECK(a.uids(a.inbox) == set_of({1, 2}));
      CHECK(a.uids(archive).empty());
      CHECK(a.state(a.inbox).highest_modseq == ModSeq(3));
      CHECK(!a.read([](ReadTransaction& tx) { return tx.find(AnyAccount::name("ghost")); }));
    }
  });
}

TEST_CASE("a commit reports what changed, once each, in the order of ids") {
  for_each_store([](AnyAccount& a) {
    const auto archive = a.id("Archive");
    a.add(a.inbox);
    CommitReport report;
    a.write(
        [&](Transaction& tx) -> Result<void> {
          static_cast<void>(tx.copy(a.inbox, AnyAccount::all, archive));
          static_cast<void>(tx.move(a.inbox, AnyAccount::all, archive));
          return {};
        },
        &report);
    CHECK(report.mailboxes == std::vector{ChangedMailbox{a.inbox, ModSeq(3)}, ChangedMailbox{archive, ModSeq(3)}});
    a.write([&](Transaction& tx) -> Result<void> { return tx.subscribe(AnyAccount::name("z")), Result<void>(); },
            &report);
    CHECK(report.mailboxes.empty());
    CHECK(report.names_changed);
    a.write([&](Transaction& tx) { return tx.expunge(a.inbox); }, &report);
    CHECK(report.mailboxes.empty());
    CHECK(!report.names_changed);
  });
}

TEST_CASE("a read that throws breaks nothing, and sees what is committed") {
  for_each_store([](AnyAccount& a) {
    a.add(a.inbox);
    const auto throws = [](ReadTransaction&) -> int { throw std::runtime_error("a bug in the body"); };
    CHECK_THROWS_AS(a.read(throws), std::runtime_error);
    CHECK(a.uids(a.inbox) == set_of({1}));
    CHECK(!a.store->failed());
  });
}

TEST_CASE("within a commit each body sees what those before it did") {
  for_each_store([](AnyAccount& a) {
    WriteOf first([&](Transaction& tx) { return tx.create(AnyAccount::name("new")); });
    std::optional<MailboxId> seen;
    WriteOf second([&](Transaction& tx) -> Result<void> {
      seen = tx.find(AnyAccount::name("new"));
      return tx.rename(AnyAccount::name("new"), AnyAccount::name("newer"));
    });
    Write* const writes[] = {&first, &second};
    const auto report = a.store->commit(writes);
    CHECK(first.take().value() == seen);
    CHECK(second.take().has_value());
    CHECK(report.names_changed);
    CHECK(a.id("newer") == seen);
  });
}

TEST_CASE("after a clean close and without one, all that was committed is there") {
  for (const bool cleanly : {true, false}) {
    for_each_store([&](AnyAccount& a) {
      a.add(a.inbox, flags({SystemFlag::seen}), {"kept"});
      while (a.store->maintain({}).more) {
      }
      CHECK(a.store->maintenance_due() == MaintenanceDue::later);
      a.store->sync_flags();
      if (cleanly) a.store->close_cleanly();
      const auto before = a.state(a.inbox);
      a.reopen();
      CHECK(a.state(a.inbox) == before);
      CHECK(a.messages(a.inbox).size() == 1);
    });
  }
}
