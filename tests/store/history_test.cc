// What vanishes, and how long that is remembered: RFC 7162 section 3.2.
#include "tests/store/each_store.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

/// f(AnyAccount&) with each kind of store that keeps so much of the log.
template <class F>
void for_each_store_with(VanishedLimits limits, F&& f) {
  StoreSettings settings;
  settings.vanished = limits;
  for_each_store(std::forward<F>(f), settings);
}

/// Removes `uids` and returns the mailbox's mod-sequence after it.
Since vanish(AnyAccount& a, const UidSet& uids) {
  return a.write([&](Transaction& tx) { return tx.vanish(a.inbox, uids); }).value().modseq.value();
}

/// A client that knows everything up to `since` gets exactly `uids`.
void check_told(AnyAccount& a, Since since, const UidSet& uids) {
  CAPTURE(since);
  for (int round = 0; round < 2; ++round, a.reopen()) {
    const auto changes = a.changes(a.inbox, since);
    CHECK(changes.complete);
    CHECK(changes.vanished == uids);
  }
}

void check_not_told(AnyAccount& a, Since since) {
  CAPTURE(since);
  for (int round = 0; round < 2; ++round, a.reopen()) CHECK(!a.changes(a.inbox, since).complete);
}

}  // namespace

TEST_CASE("messages vanish whatever their flags, in one step of the mailbox") {
  for_each_store([](AnyAccount& a) {
    a.add(a.inbox, flags({SystemFlag::deleted}));
    for (int i = 0; i < 3; ++i) a.add(a.inbox);
    const auto before = a.state(a.inbox).highest_modseq;
    const auto gone = set_of({1, 3, 9});
    const auto vanished = a.write([&](Transaction& tx) { return tx.vanish(a.inbox, gone); }).value();
    CHECK(vanished.uids == set_of({1, 3}));
    CHECK(vanished.modseq == before.next());
    check_told(a, before.value(), set_of({1, 3}));
    CHECK(a.uids(a.inbox) == set_of({2, 4}));
    CHECK(a.state(a.inbox).deleted == 0);
    CHECK(a.state(a.inbox).messages == 2);
    a.add(a.inbox);
  });
}

TEST_CASE("nothing vanishes where nothing is") {
  for_each_store([](AnyAccount& a) {
    a.add(a.inbox);
    const auto before = a.state(a.inbox);
    const auto vanished = a.write([&](Transaction& tx) { return tx.vanish(a.inbox, set_of({2})); }).value();
    CHECK(vanished.uids.empty());
    CHECK(vanished.modseq == before.highest_modseq);
    CHECK(a.state(a.inbox) == before);
    const auto gone = a.write([&](Transaction& tx) { return tx.create(AnyAccount::name("gone")); }).value();
    a.write([&](Transaction& tx) { return tx.remove(AnyAccount::name("gone")); });
    CHECK(a.write([&](Transaction& tx) { return tx.vanish(gone, set_of({1})); }).error() == Error::mailbox_gone);
  });
}

TEST_CASE("a replacement and the removal of the old message happen together or not at all") {
  for_each_store([](AnyAccount& a) {
    a.add(a.inbox);
    const NamedFlags none;
    const auto first = a.body("new");
    const auto second = a.body("newer");
    const auto* staged = &first;
    const auto replace = [&](Transaction& tx) -> Result<Appended> {
      auto appended = tx.append(a.inbox, *staged, none, {});
      if (tx.vanish(a.inbox, set_of({1}))->uids.empty()) return std::unexpected(Error::mailbox_gone);
      return appended;
    };
    const auto before = a.state(a.inbox).highest_modseq;
    CHECK(a.write(replace)->uid == Uid(2));
    check_told(a, before.value(), set_of({1}));
    staged = &second;
    CHECK(!a.write(replace));
    CHECK(a.uids(a.inbox) == set_of({2}));
  });
}

TEST_CASE("the log of vanished UIDs is bounded, and says when it does not reach back far enough") {
  for (const bool by_age : {false, true}) {
    CAPTURE(by_age);
    const auto limits = by_age ? VanishedLimits{.ranges = 1000, .age = std::chrono::seconds{100}}
                               : VanishedLimits{.ranges = 4, .age = std::chrono::hours{1}};
    for_each_store_with(limits, [](AnyAccount& a) {
      for (int i = 0; i < 20; ++i) a.add(a.inbox, flags({SystemFlag::deleted}));
      const auto start = a.state(a.inbox).highest_modseq.value();
      for (std::uint32_t uid = 1; uid <= 10; ++uid) {
        a.clock.seconds += 30;
        const auto one = set_of({uid});
        a.write([&](Transaction& tx) { return tx.expunge(a.inbox, one); });
      }
      a.reopen();
      const auto kept = 4U;
      CHECK(!a.changes(a.inbox, start).complete);
      CHECK(!a.changes(a.inbox, start + 10 - kept - 1).complete);
      const auto changes = a.changes(a.inbox, start + 10 - kept);
      CHECK(changes.complete);
      CHECK(changes.vanished == UidSet{{Uid(7), Uid(10)}});
    });
  }
}

TEST_CASE("a client exactly at the low-water mark gets everything, one below it does not") {
  for_each_store_with({.ranges = 3, .age = std::chrono::hours{1}}, [](AnyAccount& a) {
    for (int i = 0; i < 12; ++i) a.add(a.inbox);
    vanish(a, set_of({1}));
    const auto second = vanish(a, set_of({3, 5}));  // three ranges now: just within
    check_told(a, second - 2, set_of({1, 3, 5}));
    check_told(a, 0, set_of({1, 3, 5}));
    const auto third = vanish(a, set_of({7}));  // the first entry is dropped
    check_told(a, second - 1, set_of({3, 5, 7}));
    check_not_told(a, second - 2);
    check_not_told(a, 0);
    check_told(a, third, {});
    check_told(a, third + 1, {});  // above the highest
    vanish(a, set_of({9, 11}));    // whole entries are dropped: two ranges although only one is too many
    check_told(a, second, set_of({7, 9, 11}));
    check_not_told(a, second - 1);
  });
}

TEST_CASE("an operation larger than the whole log is still reported to a client that was up to date") {
  for_each_store_with({.ranges = 3, .age = std::chrono::hours{1}}, [](AnyAccount& a) {
    for (int i = 0; i < 20; ++i) a.add(a.inbox);
    const auto first = vanish(a, set_of({20}));
    const auto many = set_of({1, 3, 5, 7, 9});
    const auto second = vanish(a, many);
    check_told(a, first, many);
    check_not_told(a, first - 1);
    const auto third = vanish(a, set_of({11}));  // now it drops others
    check_told(a, second, set_of({11}));
    check_not_told(a, second - 1);
    CHECK(third == second + 1);
  });
}

TEST_CASE("an entry as old as the bound stays, and is dropped a second later") {
  for_each_store_with({.ranges = 100, .age = std::chrono::seconds{60}}, [](AnyAccount& a) {
    for (int i = 0; i < 9; ++i) a.add(a.inbox);
    const auto first = vanish(a, set_of({1}));
    a.clock.seconds += 60;
    vanish(a, set_of({2}));
    check_told(a, first - 1, set_of({1, 2}));
    a.clock.seconds += 1;
    vanish(a, set_of({3}));
    check_told(a, first, set_of({2, 3}));
    check_not_told(a, first - 1);
    a.clock.seconds += 1'000;  // however long nothing happens, the last entry says what was removed
    const auto last = vanish(a, set_of({4}));
    check_told(a, last - 1, set_of({4}));
    check_not_told(a, last - 2);
  });
}

TEST_CASE("the UIDs of what changed or vanished are told at once, of those a client knows") {
  for_each_store_with({.ranges = 2, .age = std::chrono::hours{1}}, [](AnyAccount& a) {
    const auto staged = a.body("one of many");
    a.write([&](Transaction& tx) -> Result<void> {
       for (int i = 0; i < 2'500; ++i) tx.append(a.inbox, staged, {}, {}).value();
       return {};
     }).value();
    const auto start = a.state(a.inbox).highest_modseq.value();
    const NamedFlags seen{flags({SystemFlag::seen}), {}};
    const UidSet some{{Uid(1), Uid(1'500)}, {Uid(2'000), Uid(2'000)}};
    a.write([&](Transaction& tx) { return tx.store_flags(a.inbox, some, FlagOp::add, seen); }).value();
    vanish(a, set_of({5}));
    vanish(a, set_of({9}));
    a.read([&](ReadTransaction& tx) {
      CHECK(tx.changed_since(a.inbox, start).value() == some.minus(set_of({5, 9})));
      CHECK(tx.changed_since(a.inbox, start + 1).value().empty());
      CHECK(tx.vanished_since(a.inbox, start, set_of({4, 5, 6, 9})).value() == set_of({5, 9}));
      return 0;
    });
    vanish(a, set_of({11}));  // the log no longer reaches back to `start`
    a.read([&](ReadTransaction& tx) {
      CHECK(tx.vanished_since(a.inbox, start, set_of({4, 5, 6, 3'000})).value() == set_of({5}));
      return 0;
    });
  });
}
