// Changes of flags that are acknowledged before they are synced.
#include "tests/storage/fixture.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

StoreOptions relaxed() {
  StoreOptions options;
  options.flags = FlagDurability::relaxed;
  return options;
}

/// As STORE does it.
struct FlagWrite {
  TestAccount& a;
  Result<Stored> operator()(Transaction& tx) {
    return tx.store_flags(a.inbox, TestAccount::all, FlagOp::add, {flags({SystemFlag::flagged}), {}});
  }
};
struct Unflag {
  TestAccount& a;
  Result<Stored> operator()(Transaction& tx) {
    return tx.store_flags(a.inbox, TestAccount::all, FlagOp::remove, {flags({SystemFlag::flagged}), {}});
  }
};

template <class Body>
Stored store(TestAccount& a) {
  WriteOf<Body, Changes::only_flags> write(Body{a});
  Write* const writes[] = {&write};
  a.store->commit(writes);
  return write.take().value();
}

/// Syncs so far.
std::uint64_t syncs(const TestAccount& a) { return a.store->counters().syncs; }

/// What a stop of the process leaves, opened again elsewhere.
struct AfterCrash {
  explicit AfterCrash(const TestAccount& a) : options(a.options) {
    options.directory = copy.path() / "account";
    std::filesystem::copy(a.options.directory, options.directory, std::filesystem::copy_options::recursive);
    std::filesystem::remove(options.directory / "mail.db-shm");
    store = sqlite::open_store(options);
  }
  std::vector<Message> messages(MailboxId id) {
    return store->read(
        [&](ReadTransaction& tx) { return tx.messages(id, TestAccount::all, 1000).value().messages; });
  }
  ModSeq highest(MailboxId id) {
    return store->read([&](ReadTransaction& tx) { return tx.state(id)->highest_modseq; });
  }

  TemporaryDirectory copy;
  StoreOptions options;
  std::unique_ptr<PagedStore> store;
};

struct Relaxed : TestAccount {
  Relaxed() : TestAccount(true, relaxed()) {
    options.durability = Durability::full;
    reopen();
    for (int i = 0; i < 3; ++i) add(inbox);
  }
};

}  // namespace

TEST_CASE("changes of flags share a sync, which reserves mod-sequences; everything else is synced") {
  Relaxed a;
  auto before = syncs(a);
  store<FlagWrite>(a);
  CHECK(syncs(a) == before + 1);  // the reservation
  for (int i = 0; i < 400; ++i) {
    store<Unflag>(a);
    store<FlagWrite>(a);
  }
  CHECK(syncs(a) == before + 1);
  a.store->sync_flags();
  CHECK(syncs(a) == before + 2);
  a.store->sync_flags();
  CHECK(syncs(a) == before + 2);
  store<Unflag>(a);
  a.add(a.inbox);
  CHECK(syncs(a) == before + 3);
  a.store->sync_flags();  // the APPEND committed the flags too
  CHECK(syncs(a) == before + 3);
  for (int i = 0; i < 600; ++i) {
    store<FlagWrite>(a);
    store<Unflag>(a);
  }
  CHECK(syncs(a) == before + 5);  // two more blocks
}

TEST_CASE("after a stop that was not clean no mod-sequence is used again, and all messages have changed") {
  Relaxed a;
  ModSeq told = ModSeq::min();
  for (int i = 0; i < 5; ++i) told = std::max(store<FlagWrite>(a).modseq, store<Unflag>(a).modseq);
  AfterCrash crashed(a);
  CHECK(crashed.highest(a.inbox) > told);
  for (const Message& message : crashed.messages(a.inbox)) CHECK(message.modseq == crashed.highest(a.inbox));
  const auto changes = crashed.store->read(
      [&](ReadTransaction& tx) { return tx.changes_since(a.inbox, told.value(), told.value(), 100); });
  CHECK(changes->messages.size() == 3);
  const auto once = crashed.highest(a.inbox);
  crashed.store.reset();
  crashed.store = sqlite::open_store(crashed.options);
  CHECK(crashed.highest(a.inbox) == once);
}

TEST_CASE("a clean close leaves nothing to repair") {
  Relaxed a;
  const auto told = store<FlagWrite>(a).modseq;
  a.store->close_cleanly();
  AfterCrash copy(a);
  CHECK(copy.highest(a.inbox) == told);
  a.reopen();
  CHECK(a.state(a.inbox).highest_modseq == told);
  CHECK(a.messages(a.inbox).front().modseq == told);
}

TEST_CASE("the setting can be taken back after a crash") {
  Relaxed a;
  const auto told = store<FlagWrite>(a).modseq;
  AfterCrash crashed(a);
  crashed.store.reset();
  crashed.options.flags = FlagDurability::full;
  crashed.store = sqlite::open_store(crashed.options);
  CHECK(crashed.highest(a.inbox) > told);
}
