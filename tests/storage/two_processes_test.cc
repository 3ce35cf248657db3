// Two processes use one account in turn, each with the lock of the data directory and with a store that stays open.
#include <functional>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "storage/accounts/data_lock.h"
#include "storage/inspect/verify.h"
#include "tests/storage/faults/account_state.h"
#include "tests/storage/fixture.h"
#include "tests/storage/other_process.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::test;

namespace {

constexpr std::string_view names[] = {"INBOX", "Archive", "Trash", "new"};

/// One of the processes: it works when it has its turn, and looks whether it has one or not.
class Worker {
 public:
  Worker(std::filesystem::path data, FlagDurability flags, OtherWriters others = OtherWriters::possible)
      : data_(std::move(data)) {
    options_.other_writers = others;
    options_.directory = data_ / "account";
    options_.clock = &clock_;
    options_.durability = Durability::none;
    options_.flags = flags;
    options_.inline_body = 1000;
  }

  std::string look() {
    const auto lock = DataLock::acquire(data_);
    return read_account(store()).text();
  }
  /// Some random changes. A commit or two, so that the store knows mailboxes from before and from after.
  void work(unsigned seed) {
    const auto lock = DataLock::acquire(data_);
    random_.seed(seed);
    clock_.seconds = 1'800'000'000 + seed;
    static_cast<void>(store().write([](Transaction& tx) { return create_default_mailboxes(tx); }));
    for (auto count = below(3) + 1; count > 0; --count) change();
    if (below(10) == 0) store().collect_garbage(5, std::chrono::seconds{0});
    if (below(10) == 0) store().maintainer().copy_log();
    if (below(30) == 0) store().close_cleanly();
  }
  CommitReport external_change(std::span<const MailboxId> watched) {
    const auto lock = DataLock::acquire(data_);
    return store().external_change(watched);
  }
  PagedStore& store() {
    if (!store_) store_ = sqlite::open_store(options_);
    return *store_;
  }

 private:
  using Body = std::function<Result<void>(Transaction&)>;

  std::uint32_t below(std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_); }
  MailboxName name() { return TestAccount::name(names[below(std::size(names))]); }
  UidSet some() {
    const auto first = below(20) + 1;
    return {{Uid(first), Uid(first + below(5))}};
  }

  void change() {
    auto writer = store().stage();
    writer->append(std::string(below(10) == 0 ? 2000 : 20, 'x'));
    const auto staged = writer->finish("structure");
    const NamedFlags named{SystemFlags::from_bits(below(32)), {"$" + std::to_string(below(4))}};
    const auto what = below(8);
    const Body body = [&](Transaction& tx) { return change(tx, what, staged, named); };
    if (what == 0) {
      WriteOf<Body, Changes::only_flags> write(body);
      Write* const writes[] = {&write};
      store().commit(writes);
    } else {
      static_cast<void>(store().write(body));
    }
  }
  Result<void> change(Transaction& tx, std::uint32_t what, const StagedBody& staged, const NamedFlags& named) {
    const auto from = tx.find(name()).value_or(MailboxId(1));
    const auto to = tx.find(name()).value_or(MailboxId(1));
    const auto done = [](const auto& result) -> Result<void> {
      return result ? Result<void>() : std::unexpected(result.error());
    };
    switch (what) {
      case 0: return done(tx.store_flags(from, some(), FlagOp::replace, named));
      case 1: return done(tx.copy(from, some(), to));
      case 2: return done(tx.move(from, some(), to));
      case 3: return done(tx.expunge(from));
      case 4: return done(tx.create(name()));
      case 5: return done(below(4) == 0 ? tx.remove(name()) : tx.rename(name(), name()));
      case 6: static_cast<void>(tx.claim_recent(from)); [[fallthrough]];
      default: return done(tx.append(from, staged, named, {}));
    }
  }

  std::filesystem::path data_;
  FixedClock clock_;
  StoreOptions options_;
  std::mt19937 random_;
  std::unique_ptr<PagedStore> store_;
};

/// Of each mailbox its mod-sequence.
std::map<MailboxId, ModSeq> modseqs(Store& store) {
  return store.read([](ReadTransaction& tx) {
    std::map<MailboxId, ModSeq> out;
    for (const auto& entry : tx.mailboxes())
      if (entry.id) out.emplace(*entry.id, tx.state(*entry.id).value().highest_modseq);
    return out;
  });
}

/// The mailboxes that are in one of them only, or differ.
std::set<MailboxId> changed(const std::map<MailboxId, ModSeq>& before, const std::map<MailboxId, ModSeq>& now) {
  std::set<MailboxId> out;
  for (const auto& [one, other] : {std::pair(&before, &now), std::pair(&now, &before)})
    for (const auto& [id, modseq] : *one)
      if (const auto at = other->find(id); at == other->end() || at->second != modseq) out.insert(id);
  return out;
}

}  // namespace

TEST_CASE("what one process commits, the other sees with a store that it has had open all the time") {
  for (const auto durability : {FlagDurability::full, FlagDurability::relaxed}) {
    const TemporaryDirectory data;
    const OtherProcess other([&] {
      return [worker = std::make_shared<Worker>(data.path(), durability)](const std::string& seed) {
        if (seed.empty()) return worker->look();
        worker->work(static_cast<unsigned>(std::stoul(seed)));
        return std::string();
      };
    });
    Worker here(data.path(), durability);
    for (unsigned turn = 1; turn <= 120; ++turn) {
      CAPTURE(turn);
      turn % 2 == 0 ? here.work(turn) : static_cast<void>(other.run(std::to_string(turn)));
      const auto reopened = turn % 20 == 0 ? Worker(data.path(), durability).look() : std::string();
      const auto seen = here.look();
      REQUIRE(seen == other.run(""));
      if (!reopened.empty()) REQUIRE(seen == reopened);
    }
    std::vector<std::string> wrong;
    verify_account(
        data.path() / "account", {}, VerifyBodies::checksums,
        {.deviation = [&](const std::string& line) { wrong.push_back(line); }, .note = [](const std::string&) {}});
    CHECK(wrong == std::vector<std::string>());
  }
}

TEST_CASE(
    "a store opened as if there were no others learns of another's commit by external_change, and before it "
    "writes") {
  const TemporaryDirectory data;
  Worker there(data.path(), FlagDurability::full);
  Worker here(data.path(), FlagDurability::full, OtherWriters::none);
  there.work(1);
  const auto before = here.look();
  CHECK(before == there.look());
  for (unsigned turn = 2; turn <= 40; ++turn) {
    CAPTURE(turn);
    there.work(turn);
    if (turn % 2 == 0)
      static_cast<void>(here.external_change({}));
    else
      here.work(turn + 1000);
    CHECK(here.look() == there.look());
  }
  CHECK(here.look() != before);
}

TEST_CASE("what another process committed is reported once, also when this one has committed since") {
  const TemporaryDirectory data;
  Worker here(data.path(), FlagDurability::full);
  Worker there(data.path(), FlagDurability::full);
  here.work(1);
  static_cast<void>(here.external_change({}));
  for (unsigned turn = 2; turn <= 100; ++turn) {
    CAPTURE(turn);
    const auto before = modseqs(here.store());
    std::vector<MailboxId> watched;
    for (const auto& [id, modseq] : before) watched.push_back(id);
    there.work(turn);
    const auto now = modseqs(there.store());
    if (turn % 2 == 0) here.work(turn + 1000);
    std::set<MailboxId> reported;
    for (const auto& mailbox : here.external_change(watched).mailboxes) {
      CHECK(mailbox.gone == !modseqs(here.store()).contains(mailbox.id));
      reported.insert(mailbox.id);
    }
    for (const auto id : changed(before, now)) {
      const bool came_and_went = !before.contains(id) && !modseqs(here.store()).contains(id);
      CHECK(reported.contains(id) != came_and_went);
    }
    CHECK(here.external_change({}).mailboxes.empty());
    here.work(turn + 2000);
    CHECK(here.external_change({}).mailboxes.empty());
  }
}
