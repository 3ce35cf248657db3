// The accounts whose stores are open: opened by the first session, closed some time after the last.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "async/job.h"
#include "async/signal.h"
#include "async/workers.h"
#include "server/accounts/account_book.h"
#include "session/account/account.h"
#include "session/context.h"
#include "storage/options.h"

namespace postbag::server {

/// How stores are opened and closed.
struct OpenAccountsOptions {
  const Limits& limits;
  const Clock& clock;
  Log& log;
  std::chrono::seconds close_idle_after;
  storage::VanishedLimits history;
  storage::FlagDurability flags;
  bool search_index;
  WriteTotals& totals;
  bool in_memory;  ///< then an idle store is not closed: it holds the only copy
};

/// Loop thread only. All leases must be gone before it dies.
class OpenAccounts final : public Accounts {
 public:
  OpenAccounts(async::Loop& loop, async::Workers& workers, AccountBook& book, OpenAccountsOptions options);
  ~OpenAccounts() override;

  /// What it yields is a lease, which has to be given back soon when the account's store fails: see Watch. Throws
  /// storage::Unavailable when somebody does not. Until it is gone, or the client has sent its end, it counts
  /// against Limits::connections_per_account.
  async::Task<Result<std::shared_ptr<Account>>> open(AccountId id, const async::Stream& client) override;
  /// The same without counting: for deliveries.
  async::Task<Result<std::shared_ptr<Account>>> open_uncounted(AccountId id);
  /// The account was removed: its store closes with its last lease.
  void forget(AccountId id);
  /// Closes all stores, once their leases are gone.
  async::Task<void> close_all();

 private:
  class Entry;
  class Opening;
  /// Gives freed memory back once a burst of closings is over: a closed database leaves some 250 kB that the
  /// allocator would keep.
  class Trim final : private async::Timer {
   public:
    explicit Trim(OpenAccounts& owner) : owner_(owner) {}
    void soon();

   private:
    void on_deadline() override;
    OpenAccounts& owner_;
  };
  async::Task<void> trim_memory();
  async::Task<Result<Entry*>> entry_of(AccountId id);
  async::Task<Result<Entry*>> open_entry(AccountId id);
  /// A store, and how it is opened again after a rest.
  struct Opened {
    std::unique_ptr<storage::Store> store;
    storage::StoreOptions options;
  };
  async::Task<Result<Opened>> open_store(const Entry& entry);
  storage::StoreOptions store_options(const storage::Account& account) const;
  /// An account that an older postbag made gets its identity where it is not noted yet.
  void note_identity(Opened& opened, AccountId id);
  /// Null in memory, where a store must not be closed.
  Account::OpenStore reopener(storage::StoreOptions options) const;
  /// Waits until some account was opened or closed, or for the deadline.
  async::Task<void> change(async::Deadline deadline = async::never);
  void changed();
  void start_closing(Entry& entry);
  void log_failure(AccountId id);

  async::Loop& loop_;
  async::Workers& workers_;
  AccountBook& book_;
  OpenAccountsOptions options_;
  std::map<AccountId, std::unique_ptr<Entry>> entries_;
  std::vector<async::Signal*> waiters_;
  bool closing_all_ = false;
  Trim trim_{*this};
  async::Jobs closing_;
};

}  // namespace postbag::server
