// One account's mail as its sessions share it: the store on its worker, group commit, and who hears of changes.
#pragma once

#include <atomic>
#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <vector>

#include "async/job.h"
#include "async/signal.h"
#include "async/task.h"
#include "async/timers.h"
#include "async/workers.h"
#include "core/numbers.h"
#include "session/account/upkeep.h"
#include "storage/errors.h"
#include "storage/store.h"

namespace postbag {

/// Somebody who wants to hear that a mailbox changed, and that the account is out of use. Registered with an
/// Account, which it must leave before it dies.
struct Watch {
  async::Signal* signal = nullptr;   ///< set when something changed
  std::optional<MailboxId> mailbox;  ///< which one of the account; nothing: none
  std::optional<ModSeq> changed_to;  ///< the mailbox's modseq after the last commit that touched it
  /// Called once when the store has failed: all who hold the account have to let go of it soon, as nobody can open
  /// it again before. May let go at once, where no coroutine of its own awaits the account.
  std::function<void()> store_failed = {};
};

/// Somebody who wants to hear of every commit.
class CommitListener {
 public:
  /// Called before the writer learns of it, with the account that has committed. Must neither throw nor write.
  virtual void committed(AccountId account, const storage::CommitReport& report) = 0;

 protected:
  ~CommitListener() = default;
};

/// What accounts have written, all of a server's together. Counted on the workers, read on any thread.
struct WriteTotals {
  std::atomic<std::uint64_t> writes = 0;   ///< bodies committed
  std::atomic<std::uint64_t> commits = 0;  ///< by so many transactions: the rest is what group commit saved
  std::atomic<std::uint64_t> syncs = 0;    ///< waits for the disk
};

/// How an account treats its store.
struct AccountOptions {
  std::chrono::seconds rest_after;  ///< without use; then the store is closed
  bool relaxed_flags;               ///< it was opened with storage::FlagDurability::relaxed
};

/// Loop thread only, but for the bodies: those run on the account's worker, one at a time, so the store needs no
/// lock. Coroutines that await it must end before it does: sessions hold it by shared_ptr.
///
/// A store that nobody has used for a while is closed although sessions hold the account, and opened again when one
/// asks for something: a thousand idle users must not cost a thousand open databases.
///
/// When a commit or a sync fails, nobody knows what is on the disk. The account is out of use from then on: those
/// who watch it are notified, and it has to be opened again.
class Account : private async::Timer {
 public:
  /// Opens the store, on the worker; throws what storage::StoreProvider::open throws.
  using OpenStore = std::function<std::unique_ptr<storage::Store>()>;
  /// What its owner hears of, on the loop.
  struct Events {
    std::function<void()> rested;  ///< the store was closed
    std::function<void()> failed;  ///< once
  };
  /// `open` null: the store is never closed (it is in memory). `totals` outlives the account.
  Account(async::Loop& loop, async::Worker& worker, AccountId id, std::unique_ptr<storage::Store> store,
          OpenStore open, AccountOptions options, Events events, WriteTotals& totals);
  ~Account();
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  AccountId id() const { return id_; }
  bool failed() const { return failed_; }

  /// `co_await account.read(body)`: what body(ReadTransaction&) returns. `body` captures by reference only; see
  /// async::Worker::run. Bodies are short: long work is cut into slices.
  template <class Body>
  async::Task<std::invoke_result_t<Body&, storage::ReadTransaction&>> read(Body body) {
    note_use();
    const NoticesFailure notices(*this);
    co_return co_await worker_.run(
        [&] { return on_store([&](storage::Store& store) { return store.read(body); }); });
  }

  /// `co_await account.write(body)`: the Result of body(Transaction&), once it is committed and synced together
  /// with whatever else waited (group commit). The watchers have been notified by then. Throws when the world
  /// broke.
  template <class Body>
  async::Task<std::invoke_result_t<Body&, storage::Transaction&>> write(Body body) {
    note_use();
    storage::WriteOf<Body> write(body);
    co_await Committed(*this, write);
    co_return write.take();
  }

  /// The same for a body that does nothing but Transaction::store_flags(): see storage::FlagDurability.
  template <class Body>
  async::Task<std::invoke_result_t<Body&, storage::Transaction&>> write_flags(Body body) {
    note_use();
    storage::WriteOf<Body, storage::Changes::only_flags> write(body);
    co_await Committed(*this, write);
    co_return write.take();
  }

  /// `co_await account.with_store(body)`: what body(Store&) returns, outside of any transaction: staging of bodies.
  template <class Body>
  async::Task<std::invoke_result_t<Body&, storage::Store&>> with_store(Body body) {
    note_use();
    const NoticesFailure notices(*this);
    co_return co_await worker_.run([&] { return on_store(body); });
  }

  /// Another process has committed to the account: those who watch hear of it as of a commit of this one. See
  /// storage::Store::external_change.
  async::Task<void> external_change();

  void watch(Watch& watch) { watches_.push_back(&watch); }
  void unwatch(Watch& watch) { std::erase(watches_, &watch); }
  /// The listener must leave before it dies.
  void listen(CommitListener& listener) { listeners_.push_back(&listener); }
  void unlisten(CommitListener& listener) { std::erase(listeners_, &listener); }

  /// What a Hold keeps.
  enum class Keeps : bool { store, bodies };
  /// While one lives, the store stays open, so that a message being received cannot lose its bytes; with
  /// Keeps::bodies none is collected that was deleted today, so that one being sent cannot either.
  class Hold {
   public:
    explicit Hold(Account& account, Keeps keeps) : account_(account), keeps_(keeps) { count(1); }
    ~Hold() { count(-1); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    void count(int more) {
      account_.holds_ += more;
      if (keeps_ == Keeps::bodies) account_.body_holds_ += more;
    }
    Account& account_;
    Keeps keeps_;
  };

  /// Destroys `remains` on the worker, soon: what belongs to the store must not die beside it.
  void destroy_on_worker(std::shared_ptr<void> remains);
  /// Closes the store for good, its log copied into the database. Upkeep that is due has one slice before: of an
  /// account that is never open for longer, deleted mail leaves the disk too.
  async::Task<void> close();

 private:
  /// On the loop, after something ran on the store: reports when the store has failed.
  class NoticesFailure {
   public:
    explicit NoticesFailure(Account& account) : account_(account) {}
    ~NoticesFailure() { account_.notice_failure(); }
    NoticesFailure(const NoticesFailure&) = delete;
    NoticesFailure& operator=(const NoticesFailure&) = delete;

   private:
    Account& account_;
  };

  /// On the worker: at its end, also by an exception, note_state_of() the store.
  class NotesState {
   public:
    explicit NotesState(Account& account) : account_(account) {}
    ~NotesState() {
      if (account_.store_) account_.note_state_of(*account_.store_);
    }
    NotesState(const NotesState&) = delete;
    NotesState& operator=(const NotesState&) = delete;

   private:
    Account& account_;
  };

  /// On the worker: body(Store&), remembering whether the store failed under it.
  template <class Body>
  auto on_store(Body&& body) {
    const NotesState notes(*this);
    try {
      return body(store());
    } catch (const storage::DiskFull&) {
      upkeep_helps_ = true;  // perhaps there is something to collect
      throw;
    }
  }
  /// On the worker. A failure stays noted: the next one may have opened the store again before the loop hears of
  /// it.
  void note_state_of(storage::Store& store) {
    if (store.failed()) store_failed_ = true;
    if (store.has_new_work()) upkeep_helps_ = true;
  }
  void notice_failure();
  /// Within a second what was acknowledged before its sync is synced.
  class FlagSync final : private async::Timer {
   public:
    explicit FlagSync(Account& account) : account_(account) {}
    void soon();
    bool is_at_work() const { return job_ != nullptr; }

   private:
    void on_deadline() override;
    void start();
    Account& account_;
    bool again_ = false;
    std::unique_ptr<async::Job> job_;
  };
  async::Task<void> sync_flags();
  /// One slice.
  async::Task<storage::Maintenance> maintain();
  async::Task<storage::Maintenance> maintain_in_use();
  /// Closes the store. It opens again with the next use.
  async::Task<void> rest();
  /// On the worker: commits the batch and counts.
  storage::CommitReport commit_writes();

  /// Waits in the queue of writes until its batch is committed.
  class Committed final : private async::Ready {
   public:
    Committed(Account& account, storage::Write& write) : account_(account), write_(write) {}
    ~Committed() { account_.forget(*this); }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> who);
    void await_resume() const noexcept {}

   private:
    friend class Account;
    void run() override { who_.resume(); }
    Account& account_;
    storage::Write& write_;
    std::coroutine_handle<> who_;
  };

  /// On the worker: the store, opened if it rests.
  storage::Store& store();
  void note_use();
  void on_deadline() override;
  async::Task<void> destroy_remains();
  void start_committing();
  async::Task<void> commit_waiting();
  async::Task<void> commit_batch();
  /// Does what the last commit left, if it is as urgent as that.
  async::Task<void> maintain_if(storage::MaintenanceDue due);
  void notify_watchers(const storage::CommitReport& report);
  void fail_batch(const std::exception_ptr& failure);
  void forget(Committed& waiter);

  async::Loop& loop_;
  async::Worker& worker_;
  AccountId id_;
  std::unique_ptr<storage::Store> store_;  ///< touched on the worker only; null while it rests
  OpenStore open_;
  AccountOptions options_;
  Events events_;
  WriteTotals& totals_;
  std::atomic<bool> store_failed_ = false;  ///< written on the worker
  std::atomic<bool> upkeep_helps_ = false;  ///< the same, since the last look
  bool failed_ = false;
  bool used_ = false;  ///< since the timer was armed
  std::vector<Watch*> watches_;
  std::vector<CommitListener*> listeners_;
  std::vector<Committed*> waiting_;      ///< for the next batch
  std::vector<Committed*> batch_;        ///< being committed
  std::mutex writes_mutex_;              ///< held on the worker while it commits, and on the loop to change:
  std::vector<storage::Write*> writes_;  ///< of the batch
  int holds_ = 0;
  int body_holds_ = 0;             ///< of them, those that keep bodies
  storage::MaintenanceDue due_{};  ///< written on the worker in a batch
  Upkeep upkeep_{loop_, [this] { return maintain_in_use(); }};
  // They use what stands above, also when they are cut off.
  std::unique_ptr<async::Job> committer_;
  std::unique_ptr<async::Job> resting_;
  FlagSync flag_sync_{*this};
  std::vector<std::shared_ptr<void>> remains_;
  std::unique_ptr<async::Job> destroying_;
};

}  // namespace postbag
