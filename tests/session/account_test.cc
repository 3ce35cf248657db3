// An account's store, used by sessions: the log stays short, and deleted mail leaves the disk.
#include "session/account/account.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

#include "tests/storage/fixture.h"
#include "tests/unit/async/run.h"

using namespace postbag;
using namespace postbag::storage::test;
using storage::ReadTransaction;
using storage::Transaction;

namespace {

constexpr std::chrono::seconds patience{60};

/// True if the next sync fails. A global, because functions that libraries call have no other place for it.
std::atomic<bool> next_sync_fails = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

int sync(long number, int fd) {
  if (!next_sync_fails.exchange(false)) return static_cast<int>(::syscall(number, fd));
  errno = EIO;
  return -1;
}

/// An account on a thread of its own.
struct Served {
  explicit Served(std::chrono::seconds rest_after) : files(true) {
    files.options.inline_body = std::size_t{64} * 1024;
    files.store.reset();
    start(rest_after);
  }
  void start(std::chrono::seconds rest_after) {
    const auto open = [this] {
      ++opened;
      return storage::sqlite::open_store(files.options);
    };
    account.emplace(loop, worker, AccountId(1), open(), open, AccountOptions{rest_after, false},
                    Account::Events{[this] { ++rested; }, [this] { ++failed; }}, totals);
  }
  /// Ends as sessions end it.
  ~Served() { end(); }
  void end() {
    if (!account) return;
    const auto close = [&]() -> async::Task<void> { co_await account->close(); };
    async::run_to_end(loop, close());
    account.reset();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  std::uintmax_t size_of(const char* file) const {
    std::error_code none;
    const auto size = std::filesystem::file_size(files.options.directory / file, none);
    return none ? 0 : size;
  }
  /// One session that appends so many messages of that size, one after the other, marked \Deleted.
  async::Task<void> append(int count, std::size_t size) {
    const NamedFlags deleted{flags({SystemFlag::deleted}), {}};
    const std::string text(size, 'x');
    for (int i = 0; i < count; ++i) {
      std::optional<storage::StagedBody> staged;
      co_await account->with_store([&](storage::Store& store) {
        auto writer = store.stage();
        writer->append(text);
        staged.emplace(writer->finish("structure"));
      });
      (void)co_await account->write([&](Transaction& tx) { return tx.append(files.inbox, *staged, deleted, {}); });
      longest_log = std::max(longest_log, size_of("mail.db-wal"));
      account->destroy_on_worker(std::make_shared<std::optional<storage::StagedBody>>(std::move(staged)));
    }
  }
  async::Task<void> expunge() {
    (void)co_await account->write([&](Transaction& tx) { return tx.expunge(files.inbox); });
  }
  /// Moves the store's clock, on its thread.
  async::Task<void> pass(std::chrono::seconds time) {
    co_await account->with_store([&](storage::Store&) { files.clock.seconds += time.count(); });
  }
  async::Task<std::size_t> bodies() {
    co_return co_await account->with_store([](storage::Store& store) {
      return static_cast<storage::PagedStore&>(store).bodies().above(std::nullopt, 1'000'000).size();
    });
  }
  /// Checks repeatedly; the test fails when it takes too long.
  async::Task<void> until(std::function<bool()> done) {
    const async::Deadline end = async::in(patience);
    while (!done()) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      async::Signal never_set(loop);
      co_await never_set.wait(async::in(std::chrono::milliseconds{20}));
    }
  }
  async::Task<void> until_collected() {
    const async::Deadline end = async::in(patience);
    for (std::size_t left = 1; left != 0; left = co_await bodies()) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      async::Signal never_set(loop);
      co_await never_set.wait(async::in(std::chrono::milliseconds{20}));
    }
  }

  TestAccount files;
  async::Loop loop;
  async::Worker worker{loop, true, 8};
  WriteTotals totals;
  int opened = 0;
  int rested = 0;
  int failed = 0;
  std::uintmax_t longest_log = 0;
  std::optional<Account> account;
};

}  // namespace

extern "C" {
int fsync(int fd) { return sync(SYS_fsync, fd); }
int fdatasync(int fd) { return sync(SYS_fdatasync, fd); }
}

TEST_CASE("writers that never pause do not keep the log from being copied") {
  constexpr int writers = 4;
  Served a(std::chrono::seconds{3'600});
  async::Jobs jobs(a.loop);
  int ended = 0;
  for (int i = 0; i < writers; ++i)
    jobs.start(a.append(200, 60'000), [&](const std::exception_ptr& error) {
      CHECK_FALSE(error);
      if (++ended == writers) a.loop.stop();
    });
  a.loop.run();
  CHECK(a.longest_log < std::uintmax_t{24} << 20);  // of 48 MB written
}

TEST_CASE("deleted mail leaves the disk although the session stays and its store rests") {
  Served a(std::chrono::seconds{1});
  const auto body = [&]() -> async::Task<void> {
    co_await a.append(100, 5'000);
    co_await a.expunge();
    co_await a.pass(std::chrono::seconds{3'596});
    co_await a.until([&] { return a.rested == 1; });
    CHECK(a.opened == 1);
    a.files.clock.seconds += 10;
    co_await a.until([&] { return a.opened == 2; });  // by itself
    co_await a.until_collected();
  };
  async::run_to_end(a.loop, body());
}

namespace {

/// Deletes all mail and ends the account, and lets time pass until the mail may be collected.
void delete_mail_and_go(Served& a) {
  const auto body = [&]() -> async::Task<void> {
    co_await a.append(100, 5'000);
    co_await a.expunge();
  };
  async::run_to_end(a.loop, body());
  a.end();
  a.files.clock.seconds += 3'601;
}

}  // namespace

TEST_CASE("deleted mail leaves the disk although each session lasts only a moment") {
  Served a(std::chrono::seconds{3'600});
  delete_mail_and_go(a);
  for (int i = 0; i < 5; ++i) {
    a.start(std::chrono::seconds{0});
    a.end();
  }
  const auto store = storage::sqlite::open_store(a.files.options);
  CHECK(store->bodies().above(std::nullopt, 1'000).empty());
}

TEST_CASE("deleted mail leaves the disk although each session lasts only seconds and changes nothing") {
  Served a(std::chrono::seconds{3'600});
  delete_mail_and_go(a);
  a.start(std::chrono::seconds{3'600});
  async::run_to_end(a.loop, a.until_collected());
}

namespace {

/// Holds the account's thread until it is opened.
class Gate {
 public:
  void pass() {
    reached_.count_down();
    opened_.wait();
  }
  void await_reached() { reached_.wait(); }
  void open() { opened_.count_down(); }

 private:
  std::latch reached_{1};
  std::latch opened_{1};
};

}  // namespace

TEST_CASE("a writer that is cut off fails alone, and what was committed is reported") {
  for (const bool begun : {false, true}) {  // true: the worker runs the batch when the writer leaves
    CAPTURE(begun);
    Served a(std::chrono::seconds{3'600});
    Gate gate;
    async::Signal told(a.loop);
    Watch watch;
    watch.signal = &told;
    watch.mailbox = a.files.inbox;
    a.account->watch(watch);
    const auto hold = [&](storage::Store&) { gate.pass(); };
    const auto holder = [&]() -> async::Task<void> { co_await a.account->with_store(hold); };
    const auto expunge = [&](bool waits) -> async::Task<void> {
      const auto gone = co_await a.account->write([&](Transaction& tx) {
        if (waits) gate.pass();
        return tx.expunge(a.files.inbox);
      });
      CHECK(gone);
    };
    const auto body = [&]() -> async::Task<void> {
      co_await a.append(1, 100);
      told.clear();
      async::Jobs others(a.loop);
      if (!begun) others.start(holder(), {});
      if (!begun) co_await a.loop.yield();
      auto cut_off = std::make_unique<async::Job>(a.loop, expunge(begun), [](auto) {});
      bool well = false;
      others.start(expunge(false), [&](const std::exception_ptr& error) { well = !error; });
      for (int i = 0; i < 5; ++i) co_await a.loop.yield();  // both are in one batch, which is on its way
      gate.await_reached();
      if (begun) gate.open();  // what is waited for has to end
      cut_off.reset();
      if (!begun) gate.open();
      const bool heard = co_await told.wait(async::in(patience));
      CHECK(heard);
      while (others.size() > 0) co_await a.loop.yield();
      CHECK(well);
    };
    async::run_to_end(a.loop, body());
    a.account->unwatch(watch);
  }
}

TEST_CASE("a store that fails while it is closed for idleness is reported, although it is opened again at once") {
  constexpr std::chrono::seconds long_time{3'600};
  Served a(long_time);
  a.end();
  a.files.options.durability = storage::Durability::full;
  a.start(long_time);
  Gate gate;
  const auto hold = [&](storage::Store&) { gate.pass(); };
  const auto holder = [&]() -> async::Task<void> { co_await a.account->with_store(hold); };
  const auto body = [&]() -> async::Task<void> {
    co_await a.account->close();  // its upkeep is over
    co_await a.append(1, 100);
    async::Jobs jobs(a.loop);
    jobs.start(holder(), {});
    jobs.start(a.account->close(), {});
    jobs.start(a.expunge(), {});
    for (int i = 0; i < 5; ++i) co_await a.loop.yield();  // all three wait for the thread now
    next_sync_fails = true;
    gate.open();
    while (a.worker.load() > 0) std::this_thread::yield();  // and are over before the loop knows of any
    while (jobs.size() > 0) co_await a.loop.yield();
    CHECK(a.failed == 1);
  };
  async::run_to_end(a.loop, body());
}
