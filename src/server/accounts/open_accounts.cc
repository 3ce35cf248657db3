#include "server/accounts/open_accounts.h"

#include <algorithm>
#include <set>
#include <utility>

#include <malloc.h>

#include "core/mailbox_name.h"
#include "server/failures.h"
#include "storage/errors.h"
#include "storage/store.h"

namespace postbag::server {

/// One account whose store is open, being opened or being closed.
class OpenAccounts::Entry final : private async::Timer {
 public:
  Entry(OpenAccounts& owner, AccountId id) : owner_(owner), id_(id), pin_(owner.workers_.least_busy()) {}

  AccountId id() const { return id_; }
  /// The worker that runs the account's transactions while it is open.
  async::Worker& worker() const { return pin_.worker(); }
  bool is_idle() const { return !busy && leases_.empty(); }
  /// Counted on each call. A client that has sent its end makes no more requests, so it is not counted even while
  /// it waits for an answer.
  std::size_t connections() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        leases_, [](const Lease* l) { return l->client != nullptr && !l->client->is_leaving(); }));
  }

  /// `client` is null when no connection holds the lease.
  std::shared_ptr<Account> lease(const async::Stream* client) {
    disarm();
    return {std::make_shared<Lease>(*this, client), account.get()};
  }
  /// Schedules the closing if nobody has a lease.
  void close_when_idle() {
    if (!is_idle() || (!owner_.stores_.can_reopen() && !removed && !owner_.closing_all_)) return;
    const bool at_once = removed || owner_.closing_all_ || account->failed();
    owner_.loop_.timers().arm(*this,
                              async::in(at_once ? std::chrono::seconds{0} : owner_.options_.close_idle_after));
  }

  std::unique_ptr<Account> account;  ///< null while the store is being opened
  bool busy = false;                 ///< the store is being opened or closed
  bool removed = false;

 private:
  struct Lease {
    Lease(Entry& e, const async::Stream* c) : entry(e), client(c) { entry.leases_.insert(this); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      entry.leases_.erase(this);
      entry.close_when_idle();
    }
    Entry& entry;
    const async::Stream* client;
  };
  void on_deadline() override { owner_.start_closing(*this); }

  OpenAccounts& owner_;
  AccountId id_;
  async::Pin pin_;
  std::set<const Lease*> leases_;
};

/// Marks an entry busy while its store is being opened, until that ends by success, refusal, exception or
/// cancellation.
class OpenAccounts::Opening {
 public:
  Opening(OpenAccounts& owner, Entry& entry) : owner_(owner), entry_(entry) { entry_.busy = true; }
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;
  ~Opening() {
    entry_.busy = false;
    if (entry_.account)
      entry_.close_when_idle();
    else
      owner_.entries_.erase(entry_.id());
    owner_.notify_waiters();
  }

 private:
  OpenAccounts& owner_;
  Entry& entry_;
};

namespace {

/// How long to wait until all leases on a failed store are released.
constexpr std::chrono::seconds failed_patience{3};

void make_mailboxes_of_new(storage::Store& store) {
  // INBOX cannot be removed, so an account without it is new; the other mailboxes may have been removed on purpose.
  if (store.read([](const storage::ReadTransaction& tx) { return tx.find(MailboxName::inbox()).has_value(); }))
    return;
  (void)store.write([](storage::Transaction& tx) { return create_default_mailboxes(tx); });
}

}  // namespace

void OpenAccounts::Trim::schedule() {
  if (!is_armed()) owner_.loop_.timers().arm(*this, async::in(std::chrono::seconds{2}));
}

void OpenAccounts::Trim::on_deadline() {
  owner_.closing_.start(owner_.trim_memory(), [](const std::exception_ptr&) {});
}

async::Task<void> OpenAccounts::trim_memory() {
  co_await workers_.least_busy().run([&] { malloc_trim(0); });
}

OpenAccounts::OpenAccounts(async::Loop& loop, async::Workers& workers, AccountRegistry& registry,
                           storage::StoreProvider& stores, OpenAccountsOptions options)
    : loop_(loop),
      workers_(workers),
      registry_(registry),
      stores_(stores),
      options_(std::move(options)),
      closing_(loop) {}

OpenAccounts::~OpenAccounts() = default;

async::Task<Result<std::shared_ptr<Account>>> OpenAccounts::open(AccountId id, const async::Stream& client) {
  const Result<Entry*> entry = co_await entry_of(id);
  if (!entry) co_return std::unexpected(entry.error());
  if ((*entry)->connections() >= options_.limits.connections_per_account) co_return std::unexpected(Error::busy);
  co_return (*entry)->lease(&client);
}

async::Task<Result<std::shared_ptr<Account>>> OpenAccounts::open_uncounted(AccountId id) {
  const Result<Entry*> entry = co_await entry_of(id);
  if (!entry) co_return std::unexpected(entry.error());
  co_return (*entry)->lease(nullptr);
}

/// The open entry of the account; an error when the account was removed meanwhile.
async::Task<Result<OpenAccounts::Entry*>> OpenAccounts::entry_of(AccountId id) {
  const Result<Entry*> entry = co_await open_entry(id);
  if (entry && (*entry)->removed) co_return std::unexpected(Error::no_such_account);
  co_return entry;
}

async::Task<Result<OpenAccounts::Entry*>> OpenAccounts::open_entry(AccountId id) {
  const async::Deadline patience = async::in(failed_patience);
  for (auto it = entries_.find(id); it != entries_.end(); it = entries_.find(id)) {
    const bool busy = it->second->busy;
    if (!busy && !it->second->account->failed()) co_return it->second.get();
    if (!busy && std::chrono::steady_clock::now() >= patience)
      throw storage::Unavailable("the failed store is still in use");
    co_await wait_for_change(busy ? async::never : patience);
  }
  Entry& entry = *entries_.emplace(id, std::make_unique<Entry>(*this, id)).first->second;
  const Opening opening(*this, entry);
  Result<Opened> opened = co_await open_store(entry);
  if (!opened) co_return std::unexpected(opened.error());
  Account::Events events{.rested = [this] { trim_.schedule(); }, .failed = [this, id] { log_failure(id); }};
  entry.account = std::make_unique<Account>(
      loop_, entry.worker(), id, std::move(opened->store), reopener(std::move(opened->account)),
      AccountOptions{.rest_after = options_.close_idle_after,
                     .relaxed_flags = options_.settings.flags == storage::FlagDurability::relaxed},
      std::move(events), options_.totals);
  co_return &entry;
}

/// The sessions end and the store closes with the last lease. The next login opens it again with all checks.
void OpenAccounts::log_failure(AccountId id) {
  const std::string account = "account " + std::to_string(id.value());
  options_.log.write({}, {LogEvent::Level::error, "mail store failed, its sessions end", {}, account});
  if (const auto it = entries_.find(id); it != entries_.end()) it->second->close_when_idle();
}

async::Task<Result<OpenAccounts::Opened>> OpenAccounts::open_store(const Entry& entry) {
  co_return co_await entry.worker().run([&]() -> Result<Opened> {
    auto account = registry_.find(entry.id());
    if (!account) return std::unexpected(Error::no_such_account);
    auto store = stores_.open(*account, options_.settings);
    note_identity(*account);
    make_mailboxes_of_new(*store);
    return Opened{.account = *std::move(account), .store = std::move(store)};
  });
}

void OpenAccounts::note_identity(storage::Account& account) {
  if (!account.identity.empty()) return;
  if (!stores_.can_reopen()) return;
  const auto owner = stores_.owner(account.id);
  // Without it the store would be made again, empty, when it is opened while its files are missing.
  if (!owner) throw storage::Unavailable("whose mail it is cannot be read now");
  account.identity = owner->identity;
  registry_.set_identity(account.id, account.identity);
}

Account::OpenStore OpenAccounts::reopener(storage::Account account) const {
  if (!stores_.can_reopen()) return nullptr;
  return [this, account = std::move(account)] { return stores_.open(account, options_.settings); };
}

void OpenAccounts::forget(AccountId id) {
  const auto it = entries_.find(id);
  if (it == entries_.end()) return;
  it->second->removed = true;
  it->second->close_when_idle();
}

async::Task<void> OpenAccounts::close_all() {
  closing_all_ = true;
  for (const auto& [id, entry] : entries_) entry->close_when_idle();
  while (!entries_.empty()) co_await wait_for_change();
}

async::Task<void> OpenAccounts::wait_for_change(async::Deadline deadline) {
  async::Signal signal(loop_);
  waiters_.push_back(&signal);
  // Also runs when this coroutine is cancelled.
  const auto leave = [this](async::Signal* s) { std::erase(waiters_, s); };
  const std::unique_ptr<async::Signal, decltype(leave)> left(&signal, leave);
  co_await signal.wait(deadline);
}

void OpenAccounts::notify_waiters() {
  for (async::Signal* waiter : waiters_) waiter->set();
}

void OpenAccounts::start_closing(Entry& entry) {
  entry.busy = true;
  // Copies the log into the database on the worker, so that the store's destructor does not wait for the disk.
  closing_.start(entry.account->close(), [this, id = entry.id()](const std::exception_ptr& error) {
    if (error) {
      const Failure failure = failure_of(error);
      options_.log.write({}, {LogEvent::Level::error, "cannot copy the log into the database", {}, failure.text});
    }
    entries_.erase(id);
    notify_waiters();
  });
}

}  // namespace postbag::server
