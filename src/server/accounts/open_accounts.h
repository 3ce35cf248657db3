// The accounts whose stores are open: opened by the first session, closed a while after the last.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "async/job.h"
#include "async/signal.h"
#include "async/workers.h"
#include "server/accounts/account_registry.h"
#include "session/account/account.h"
#include "session/context.h"
#include "storage/store_provider.h"

namespace postbag::server {

/// How stores are opened and closed.
struct OpenAccountsOptions {
  const Limits& limits;
  Log& log;
  std::chrono::seconds close_idle_after;  ///< a store that cannot be opened again stays open
  storage::StoreSettings settings;
  WriteTotals& totals;
};

/// Loop thread only. All leases must be released before it is destroyed.
class OpenAccounts final : public Accounts {
 public:
  OpenAccounts(async::Loop& loop, async::Workers& workers, AccountRegistry& registry,
               storage::StoreProvider& stores, OpenAccountsOptions options);
  ~OpenAccounts() override;

  /// Yields a lease, which must be released soon after the account's store fails: see Watch. Throws
  /// storage::Unavailable when a lease on a failed store is not released in time. A lease counts against
  /// Limits::connections_per_account until it is released or the client has sent its end.
  async::Task<Result<std::shared_ptr<Account>>> open(AccountId id, const async::Stream& client) override;
  /// Like open(), but the lease is not counted: for deliveries.
  async::Task<Result<std::shared_ptr<Account>>> open_uncounted(AccountId id);
  /// The account was removed: its store closes with its last lease.
  void forget(AccountId id);
  /// Closes all stores when their leases are released.
  async::Task<void> close_all();

 private:
  class Entry;
  class Opening;
  /// Returns freed memory to the system after a burst of closings: a closed database leaves about 250 kB that the
  /// allocator would keep.
  class Trim final : private async::Timer {
   public:
    explicit Trim(OpenAccounts& owner) : owner_(owner) {}
    void schedule();

   private:
    void on_deadline() override;
    OpenAccounts& owner_;
  };
  async::Task<void> trim_memory();
  async::Task<Result<Entry*>> entry_of(AccountId id);
  async::Task<Result<Entry*>> open_entry(AccountId id);
  /// A store, and whose it is.
  struct Opened {
    storage::Account account;
    std::unique_ptr<storage::Store> store;
  };
  async::Task<Result<Opened>> open_store(const Entry& entry);
  /// An account made by an older version gets its identity here when none is recorded yet.
  void note_identity(storage::Account& account);
  /// How it is opened again after a rest. Null: its store must not be closed.
  Account::OpenStore reopener(storage::Account account) const;
  /// Waits until an account was opened or closed, or until the deadline.
  async::Task<void> wait_for_change(async::Deadline deadline = async::never);
  void notify_waiters();
  void start_closing(Entry& entry);
  void log_failure(AccountId id);

  async::Loop& loop_;
  async::Workers& workers_;
  AccountRegistry& registry_;
  storage::StoreProvider& stores_;
  OpenAccountsOptions options_;
  std::map<AccountId, std::unique_ptr<Entry>> entries_;
  std::vector<async::Signal*> waiters_;
  bool closing_all_ = false;
  Trim trim_{*this};
  async::Jobs closing_;
};

}  // namespace postbag::server
