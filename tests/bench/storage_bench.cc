// What the store costs without the sync to disk: the figures of storage/FORMAT.md.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "storage/sqlite/mail_database.h"

namespace {

using namespace postbag;
using namespace postbag::storage;

const UidSet all{{Uid::min(), Uid::max()}};

/// An account in a temporary directory with `count` messages in INBOX.
class Account {
 public:
  explicit Account(std::uint32_t count) {
    std::string pattern = (std::filesystem::temp_directory_path() / "postbag-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
    reopen();
    store->write([](Transaction& tx) { return create_default_mailboxes(tx); }).value();
    inbox = id("INBOX");
    archive = id("Archive");
    store
        ->write([&](Transaction& tx) -> Result<void> {
          for (std::uint32_t i = 0; i < count; ++i)
            tx.append(inbox, body(), {}, {1'800'000'000 + i * 60, 60}).value();
          return {};
        })
        .value();
    store->maintainer().copy_log();
  }
  ~Account() {
    store.reset();
    std::filesystem::remove_all(path_);
  }
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  void reopen() {
    store.reset();
    StoreOptions options;
    options.directory = path_;
    options.durability = Durability::none;
    options.other_writers = OtherWriters::none;  // as the server opens it
    options.cache_bytes = 64 << 20;
    store = sqlite::open_store(std::move(options));
  }
  MailboxId id(std::string_view text) {
    const auto name = MailboxName::from(text).value();
    return store->read([&](ReadTransaction& tx) { return tx.find(name).value(); });
  }
  StagedBody body(ThreadKeys keys = {}) {
    auto writer = store->stage();
    writer->append(text_);
    return writer->finish(std::string(300, 's'), std::move(keys));
  }

  std::unique_ptr<PagedStore> store;
  MailboxId inbox = MailboxId::min();
  MailboxId archive = MailboxId::min();

 private:
  std::filesystem::path path_;
  std::string text_ = std::string(4000, 'x');
};

void toggle(Account& account, const UidSet& uids, bool on) {
  NamedFlags named;
  named.system.add(SystemFlag::flagged);
  const auto op = on ? FlagOp::add : FlagOp::remove;
  account.store->write([&](Transaction& tx) { return tx.store_flags(account.inbox, uids, op, named); }).value();
}

void flag_all(benchmark::State& state) {
  Account account(static_cast<std::uint32_t>(state.range(0)));
  bool on = false;
  for (auto _ : state) {
    toggle(account, all, on = !on);
    state.PauseTiming();
    account.store->maintainer().copy_log();
    state.ResumeTiming();
  }
}
BENCHMARK(flag_all)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void flag_one(benchmark::State& state) {
  Account account(10'000);
  std::uint32_t n = 0;
  for (auto _ : state) {
    const Uid uid(n++ * 7919 % 10'000 + 1);
    toggle(account, {{uid, uid}}, n / 10'000 % 2 == 0);
    if (account.store->log_bytes() > (8 << 20)) {
      state.PauseTiming();
      account.store->maintainer().copy_log();
      state.ResumeTiming();
    }
  }
}
BENCHMARK(flag_one)->Unit(benchmark::kMicrosecond);

void move_thousand(benchmark::State& state) {
  Account account(10'000);
  MailboxId from = account.inbox;
  MailboxId to = account.archive;
  UidSet uids{{Uid(1), Uid(1000)}};
  for (auto _ : state) {
    uids = account.store->write([&](Transaction& tx) { return tx.move(from, uids, to); }).value().to;
    std::swap(from, to);
    state.PauseTiming();
    account.store->maintainer().copy_log();
    state.ResumeTiming();
  }
}
BENCHMARK(move_thousand)->Unit(benchmark::kMicrosecond);

void load_cold(benchmark::State& state) {
  Account account(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    account.reopen();
    state.ResumeTiming();
    account.store->read([&](ReadTransaction& tx) {
      const auto messages = tx.messages(account.inbox, all, 1'000'000).value().messages;
      benchmark::DoNotOptimize(messages.data());
      return 0;
    });
  }
}
BENCHMARK(load_cold)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void select_warm(benchmark::State& state) {
  Account account(100'000);
  for (auto _ : state) {
    account.store->read([&](ReadTransaction& tx) {
      auto uids = tx.uids(account.inbox).value();
      benchmark::DoNotOptimize(uids.size() + tx.state(account.inbox)->messages);
      return 0;
    });
  }
}
BENCHMARK(select_warm)->Unit(benchmark::kMicrosecond);

void changes_after_one(benchmark::State& state) {
  Account account(100'000);
  for (auto _ : state) {
    account.store->read([&](ReadTransaction& tx) {
      const auto since = tx.state(account.inbox)->highest_modseq.value() - 1;
      auto changes = tx.changes_since(account.inbox, since, since, 1000).value();
      benchmark::DoNotOptimize(changes.messages.data());
      return 0;
    });
  }
}
BENCHMARK(changes_after_one)->Unit(benchmark::kMicrosecond);

/// The keys of the n-th message: its own, and those of up to three before it in a thread of 30.
ThreadKeys reply_keys(std::uint64_t n) {
  constexpr std::uint64_t scatter = 0x9e37'79b9'7f4a'7c15ULL;
  ThreadKeys keys;
  for (std::uint64_t back = 0; back <= std::min<std::uint64_t>(3, n % 30); ++back)
    keys.push_back((n - back + 1) * scatter);
  return keys;
}

void append_all(benchmark::State& state, ThreadKeys (*keys)(std::uint64_t)) {
  Account account(1'000);
  std::uint64_t n = 0;
  for (auto _ : state) {
    const auto staged = account.body(keys(n++));
    account.store->write([&](Transaction& tx) { return tx.append(account.inbox, staged, {}, {}); }).value();
    if (account.store->log_bytes() > (8 << 20)) {
      state.PauseTiming();
      account.store->maintainer().copy_log();
      state.ResumeTiming();
    }
  }
}
void append_small(benchmark::State& state) {
  append_all(state, [](std::uint64_t) { return ThreadKeys(); });
}
BENCHMARK(append_small)->Unit(benchmark::kMicrosecond);

void append_replies(benchmark::State& state) { append_all(state, reply_keys); }
BENCHMARK(append_replies)->Unit(benchmark::kMicrosecond);

void read_structures(benchmark::State& state) {
  Account account(10'000);
  std::vector<BodyId> ids;
  account.store->read([&](ReadTransaction& tx) {
    for (auto messages = tx.messages(account.inbox, all, 10'000).value().messages; const auto& m : messages)
      ids.push_back(m.body);
    return 0;
  });
  for (auto _ : state) {
    account.store->read([&](ReadTransaction& tx) {
      auto structures = tx.structures(ids);
      benchmark::DoNotOptimize(structures.data());
      return 0;
    });
  }
}
BENCHMARK(read_structures)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
