// Appending, copying, moving, flagging, expunging.
#include "tests/store/each_store.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

constexpr auto seen = SystemFlag::seen;
constexpr auto deleted = SystemFlag::deleted;
constexpr auto flagged = SystemFlag::flagged;

}  // namespace

TEST_CASE("the totals of an account count within a write too, a shared body once") {
  for_each_store([](AnyAccount& a) {
    const auto staged = a.body("twelve bytes");
    const NamedFlags none;
    const auto archive = a.id("Archive");
    a.write([&](Transaction& tx) -> Result<void> {
      CHECK(tx.totals() == AccountTotals{});
      CHECK(tx.append(a.inbox, staged, none, {}));
      CHECK(tx.totals() == AccountTotals{.messages = 1, .bytes = 12});
      CHECK(tx.append(a.inbox, staged, none, {}));
      CHECK(tx.copy(a.inbox, set_of({1}), archive));
      CHECK(tx.totals() == AccountTotals{.messages = 3, .bytes = 12});
      CHECK(tx.vanish(a.inbox, AnyAccount::all));
      CHECK(tx.remove(AnyAccount::name("Archive")));
      CHECK(tx.totals() == AccountTotals{.garbage_bytes = 12});
      return std::unexpected(Error::over_quota);
    });
    const auto totals = [&] { return a.read([](ReadTransaction& tx) { return tx.totals(); }); };
    CHECK(totals() == AccountTotals{});
    const auto uid = a.add(a.inbox);
    CHECK(totals() == AccountTotals{.messages = 1, .bytes = 17});
    a.write([&](Transaction& tx) { return tx.vanish(a.inbox, set_of({uid.value()})); });
    CHECK(totals() == AccountTotals{.garbage_bytes = 17});
    a.clean_up();
    CHECK(totals() == AccountTotals{});
  });
}

TEST_CASE("a new mailbox is empty and has a mod-sequence") {
  for_each_store([](AnyAccount& a) {
    const auto state = a.state(a.inbox);
    CHECK(state.highest_modseq == ModSeq(1));
    CHECK(state.uid_next == Uid(1));
    CHECK(state.messages == 0);
    CHECK(a.uids(a.inbox).empty());
  });
}

TEST_CASE("an appended message has all that it came with") {
  for_each_store([](AnyAccount& a) {
    const auto staged = a.body("Hello");
    const NamedFlags named{flags({seen, flagged}), {"$Work", "later"}};
    const auto appended =
        a.write([&](Transaction& tx) { return tx.append(a.inbox, staged, named, {-5, -330}); }).value();
    a.reopen();
    CHECK(appended.uid == Uid(1));
    CHECK(appended.validity == a.state(a.inbox).uid_validity);
    const auto messages = a.messages(a.inbox);
    REQUIRE(messages.size() == 1);
    const auto& m = messages[0];
    CHECK(m.uid == Uid(1));
    CHECK(m.modseq == appended.modseq);
    CHECK(m.modseq == a.state(a.inbox).highest_modseq);
    CHECK(m.size == 5);
    CHECK(m.internal_date == DateTime{-5, -330});
    CHECK(m.save_date == a.clock.seconds);
    CHECK(m.flags.system == named.system);
    a.read([&](ReadTransaction& tx) {
      CHECK(tx.keywords(a.inbox).value() == named.keywords);
      CHECK(m.flags.keywords.has(0));
      CHECK(m.flags.keywords.has(1));
      CHECK(tx.structure(m.body) == "structure of Hello");
      CHECK(tx.read_body(m.body, 1, 3) == "ell");
      CHECK(tx.read_body(m.body, 4, 30) == "o");
      CHECK(tx.read_body(m.body, 5, 30) == "");
      CHECK(tx.read_body(m.body, 0, 1'000) == "Hello");
      return 0;
    });
    const auto state = a.state(a.inbox);
    CHECK(state.messages == 1);
    CHECK(state.unseen == 0);
    CHECK(state.bytes == 5);
  });
}

TEST_CASE("keywords are compared without regard to case and counted against the limit") {
  StoreSettings settings;
  settings.limits.keywords = 2;
  settings.limits.keyword_length = 4;
  for_each_store(
      [](AnyAccount& a) {
        a.add(a.inbox, {}, {"One"});
        a.add(a.inbox, {}, {"oNE", "two"});
        CHECK(a.messages(a.inbox)[0].flags.keywords.has(0));
        CHECK(a.messages(a.inbox)[1].flags.keywords.has(0));
        const auto store = [&](std::string keyword) {
          const NamedFlags named{{}, {std::move(keyword)}};
          return a.write(
              [&](Transaction& tx) { return tx.store_flags(a.inbox, AnyAccount::all, FlagOp::add, named); });
        };
        CHECK(store("3").error() == Error::too_many_keywords);
        CHECK(store("three").error() == Error::keyword_too_long);
        CHECK(store("TWO").has_value());
        CHECK(a.state(a.inbox).keywords == 2);
      },
      settings);
}

TEST_CASE("flags are replaced, added and removed, and only real changes count") {
  for_each_store([](AnyAccount& a) {
    for (int i = 0; i < 3; ++i) a.add(a.inbox);
    const auto before = a.state(a.inbox).highest_modseq;
    const auto store = [&](const UidSet& uids, FlagOp op, SystemFlags system,
                           std::vector<std::string> keywords = {}, std::optional<Since> unchanged = {}) {
      const NamedFlags named{system, std::move(keywords)};
      return a.write([&](Transaction& tx) { return tx.store_flags(a.inbox, uids, op, named, unchanged); }).value();
    };
    auto stored = store(set_of({1, 2, 9}), FlagOp::add, flags({seen}), {"k"});
    CHECK(stored.matched == set_of({1, 2}));
    CHECK(stored.changed == set_of({1, 2}));
    CHECK(stored.modseq == before.next());
    CHECK(a.state(a.inbox).unseen == 1);

    stored = store(AnyAccount::all, FlagOp::add, flags({seen}), {"K"});
    CHECK(stored.matched == set_of({1, 2, 3}));
    CHECK(stored.changed == set_of({3}));

    stored = store(AnyAccount::all, FlagOp::add, flags({seen}));
    CHECK(stored.changed.empty());
    CHECK(stored.modseq == a.state(a.inbox).highest_modseq);

    stored = store(set_of({1}), FlagOp::replace, flags({deleted}));
    CHECK(a.messages(a.inbox)[0].flags == Flags{flags({deleted}), {}});
    CHECK(a.state(a.inbox).deleted == 1);
    CHECK(a.state(a.inbox).unseen == 1);

    stored = store(AnyAccount::all, FlagOp::remove, flags({seen, deleted}), {"unknown"});
    CHECK(stored.changed == set_of({1, 2, 3}));
    CHECK(a.state(a.inbox).deleted == 0);
    CHECK(a.state(a.inbox).unseen == 3);
    CHECK(a.state(a.inbox).keywords == 1);

    a.reopen();
    const auto since = a.state(a.inbox).highest_modseq;
    store(set_of({2}), FlagOp::add, flags({flagged}));
    stored = store(AnyAccount::all, FlagOp::add, flags({deleted}), {}, since.value());
    CHECK(stored.refused == set_of({2}));
    CHECK(stored.changed == set_of({1, 3}));
    CHECK(store(AnyAccount::all, FlagOp::add, flags({seen}), {}, Since{0}).refused == set_of({1, 2, 3}));
  });
}

TEST_CASE("copies share bodies, pair their UIDs and keep their keywords") {
  for_each_store([](AnyAccount& a) {
    const auto archive = a.id("Archive");
    a.add(archive, {}, {"other"});
    for (int i = 0; i < 5; ++i) a.add(a.inbox, flags({seen}), {"k" + std::to_string(i)});
    const auto uids = set_of({1, 3, 5, 7});
    const auto copied = a.write([&](Transaction& tx) { return tx.copy(a.inbox, uids, archive); }).value();
    CHECK(copied.from == set_of({1, 3, 5}));
    CHECK(copied.to == set_of({2, 3, 4}));
    CHECK(copied.validity == a.state(archive).uid_validity);
    CHECK(copied.to_modseq == a.state(archive).highest_modseq);
    CHECK(copied.from_modseq == a.state(a.inbox).highest_modseq);
    a.reopen();
    const auto from = a.messages(a.inbox);
    const auto to = a.messages(archive);
    REQUIRE(to.size() == 4);
    CHECK(to[2].body == from[2].body);
    CHECK(to[2].flags.system == flags({seen}));
    CHECK(to[2].modseq == copied.to_modseq);
    const auto names = a.read([&](ReadTransaction& tx) { return tx.keywords(archive).value(); });
    CHECK(names == std::vector<std::string>{"other", "k0", "k2", "k4"});
    CHECK(to[2].flags.keywords.has(2));
    CHECK(a.uids(a.inbox) == set_of({1, 2, 3, 4, 5}));
  });
}

TEST_CASE("a move removes what it adds, in one step of each mailbox") {
  for_each_store([](AnyAccount& a) {
    const auto archive = a.id("Archive");
    for (int i = 0; i < 300; ++i) a.add(a.inbox);
    const auto inbox_before = a.state(a.inbox).highest_modseq;
    const UidSet uids{{Uid(100), Uid(250)}};
    const auto moved = a.write([&](Transaction& tx) { return tx.move(a.inbox, uids, archive); }).value();
    CHECK(moved.from == uids);
    CHECK(moved.to == UidSet{{Uid(1), Uid(151)}});
    CHECK(moved.from_modseq == inbox_before.next());
    CHECK(moved.to_modseq == ModSeq(2));
    a.reopen();
    CHECK(a.uids(a.inbox) == UidSet{{Uid(1), Uid(99)}, {Uid(251), Uid(300)}});
    CHECK(a.state(a.inbox).messages == 149);
    CHECK(a.uids(archive).size() == 151);
    const auto changes = a.changes(a.inbox, inbox_before.value());
    CHECK(changes.complete);
    CHECK(changes.vanished == uids);
    CHECK(changes.messages.empty());
    CHECK(changes.upto == moved.from_modseq);
    // Again: nothing is left.
    const auto again = a.write([&](Transaction& tx) { return tx.move(a.inbox, uids, archive); }).value();
    CHECK(again.from.empty());
    CHECK(again.to.empty());
    CHECK(a.state(a.inbox).highest_modseq == moved.from_modseq);
  });
}

TEST_CASE("what is copied or moved gets a new save date, the source's date stays. RFC 8514 section 3") {
  for_each_store([](AnyAccount& a) {
    const auto archive = a.id("Archive");
    const auto first = a.clock.seconds;
    for (int i = 0; i < 3; ++i) a.add(a.inbox);
    a.clock.seconds += 100;
    a.write([&](Transaction& tx) { return tx.copy(a.inbox, set_of({1}), archive); }).value();
    a.clock.seconds += 100;
    a.write([&](Transaction& tx) { return tx.move(a.inbox, set_of({2}), archive); }).value();
    a.write([&](Transaction& tx) { return tx.move(a.inbox, set_of({3}), a.inbox); }).value();
    a.clock.seconds += 100;
    a.reopen();
    const auto from = a.messages(a.inbox);
    const auto to = a.messages(archive);
    CHECK(from[0].save_date == first);
    CHECK(to[0].save_date == first + 100);
    CHECK(to[1].save_date == first + 200);
    CHECK(from[1].save_date == first + 200);
    CHECK(from[1].internal_date.seconds == first);
  });
}

TEST_CASE("a move into the same mailbox gives new UIDs") {
  for_each_store([](AnyAccount& a) {
    for (int i = 0; i < 3; ++i) a.add(a.inbox);
    const auto before = a.state(a.inbox).highest_modseq;
    const auto moved = a.write([&](Transaction& tx) { return tx.move(a.inbox, set_of({1, 3}), a.inbox); }).value();
    CHECK(moved.to == set_of({4, 5}));
    CHECK(moved.from_modseq == moved.to_modseq);
    CHECK(a.uids(a.inbox) == set_of({2, 4, 5}));
    const auto changes = a.changes(a.inbox, before.value());
    CHECK(changes.vanished == set_of({1, 3}));
    CHECK(changes.messages.size() == 2);
  });
}

TEST_CASE("expunge removes the deleted, all or of a set") {
  for_each_store([](AnyAccount& a) {
    for (int i = 0; i < 6; ++i) a.add(a.inbox, i % 2 == 0 ? flags({deleted}) : SystemFlags{});
    const auto some = set_of({1, 2});
    auto expunged = a.write([&](Transaction& tx) { return tx.expunge(a.inbox, some); }).value();
    CHECK(expunged.uids == set_of({1}));
    expunged = a.write([&](Transaction& tx) { return tx.expunge(a.inbox); }).value();
    CHECK(expunged.uids == set_of({3, 5}));
    CHECK(expunged.modseq == a.state(a.inbox).highest_modseq);
    CHECK(a.write([&](Transaction& tx) { return tx.expunge(a.inbox); }).value().uids.empty());
    a.reopen();
    CHECK(a.uids(a.inbox) == set_of({2, 4, 6}));
    CHECK(a.state(a.inbox).deleted == 0);
    CHECK(a.add(a.inbox) == Uid(7));
  });
}

TEST_CASE("UIDs are not used again after the last messages were removed") {
  for_each_store([](AnyAccount& a) {
    a.add(a.inbox, flags({deleted}));
    a.write([&](Transaction& tx) { return tx.expunge(a.inbox); });
    a.reopen();
    CHECK(a.add(a.inbox) == Uid(2));
  });
}

TEST_CASE("slices of messages and changes go on where they ended") {
  for_each_store([](AnyAccount& a) {
    for (int i = 0; i < 300; ++i) a.add(a.inbox);
    const UidSet wanted{{Uid(5), Uid(150)}, {Uid(200), Uid(1000)}};
    UidSet got;
    std::optional<Uid> from = Uid::min();
    while (from) {
      const auto slice =
          a.read([&](ReadTransaction& tx) { return tx.messages(a.inbox, wanted, 17, *from).value(); });
      CHECK(slice.messages.size() <= 17);
      for (const auto& m : slice.messages) got.add(m.uid);
      from = slice.next;
    }
    CHECK(got == UidSet{{Uid(5), Uid(150)}, {Uid(200), Uid(300)}});

    got.clear();
    from = Uid::min();
    while (from) {
      const auto slice =
          a.read([&](ReadTransaction& tx) { return tx.changes_since(a.inbox, 100, 100, 17, *from).value(); });
      CHECK(slice.messages.size() <= 17);
      for (const auto& m : slice.messages) got.add(m.uid);
      from = slice.next;
    }
    CHECK(got == UidSet{{Uid(100), Uid(300)}});  // the first message has mod-sequence 2
  });
}

TEST_CASE("one session gets the recent messages, and a commit remembers it") {
  for_each_store([](AnyAccount& a) {
    const auto claim = [&] {
      return a.read([&](ReadTransaction& tx) { return tx.claim_recent(a.inbox).value(); });
    };
    CHECK(!claim());
    a.add(a.inbox);
    a.add(a.inbox);
    CHECK(a.state(a.inbox).first_recent == Uid(1));
    const auto commits = a.store->counters().commits;
    CHECK(claim() == UidRange{Uid(1), Uid(2)});
    CHECK(!claim());
    CHECK(a.state(a.inbox).first_recent == Uid(3));
    CHECK(a.store->counters().commits == commits);
    a.add(a.id("Archive"));  // any commit carries it
    a.reopen();
    CHECK(a.state(a.inbox).first_recent == Uid(3));
    a.add(a.inbox);
    CHECK(claim() == UidRange{Uid(3), Uid(3)});
  });
}

TEST_CASE("the first unseen message is found, however far down") {
  for_each_store([](AnyAccount& a) {
    for (int i = 0; i < 400; ++i) a.add(a.inbox, i == 350 ? SystemFlags{} : flags({seen}));
    const auto first = [&] {
      return a.read([&](ReadTransaction& tx) { return tx.first_unseen(a.inbox).value(); });
    };
    CHECK(first() == Uid(351));
    a.reopen();
    CHECK(first() == Uid(351));
    const NamedFlags named{flags({seen}), {}};
    a.write([&](Transaction& tx) { return tx.store_flags(a.inbox, AnyAccount::all, FlagOp::add, named); });
    CHECK(!first());
  });
}
