#include "session/account/account.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "storage/errors.h"

namespace postbag {

namespace {

/// Writes that share one sync at most, so that a slice of the worker's time stays short.
constexpr std::size_t batch_limit = 64;
/// Until a busy account is looked at again, at the earliest.
constexpr std::chrono::milliseconds look_again{100};

}  // namespace

Account::Account(async::Loop& loop, async::Worker& worker, AccountId id, std::unique_ptr<storage::Store> store,
                 OpenStore open, AccountOptions options, Events events, WriteTotals& totals)
    : loop_(loop),
      worker_(worker),
      id_(id),
      store_(std::move(store)),
      open_(std::move(open)),
      options_(options),
      events_(std::move(events)),
      totals_(totals) {
  note_use();
  upkeep_.soon();
}

Account::~Account() {
  failed_ = true;  // whatever is cut off now is not reported
  upkeep_.stop();
}

storage::Store& Account::store() {
  if (!store_) store_ = open_();
  return *store_;
}

void Account::note_use() {
  used_ = true;
  if (open_ && !is_armed()) loop_.timers().arm(*this, async::in(options_.rest_after));
}

void Account::on_deadline() {
  const bool busy = std::exchange(used_, false) || holds_ != 0 || committer_ || resting_ ||
                    flag_sync_.is_at_work() || upkeep_.is_at_work();
  if (busy) {
    loop_.timers().arm(*this, async::in(std::max<std::chrono::milliseconds>(options_.rest_after, look_again)));
    return;
  }
  // A store that cannot be closed well was broken before: whoever uses it next will hear of it.
  resting_ = std::make_unique<async::Job>(loop_, rest(), [this](const std::exception_ptr&) {
    resting_.reset();
    events_.rested();
  });
}

void Account::notice_failure() {
  if (upkeep_helps_.exchange(false)) upkeep_.soon();
  if (!store_failed_ || std::exchange(failed_, true)) return;
  events_.failed();
  for (const Watch* watch : std::vector(watches_))
    if (watch->store_failed) watch->store_failed();  // may leave
}

void Account::destroy_on_worker(std::shared_ptr<void> remains) {
  remains_.push_back(std::move(remains));
  if (destroying_) return;
  destroying_ = std::make_unique<async::Job>(loop_, destroy_remains(),
                                             [this](const std::exception_ptr&) { destroying_.reset(); });
}

async::Task<void> Account::destroy_remains() {
  while (!remains_.empty()) {
    std::vector<std::shared_ptr<void>> now = std::exchange(remains_, {});
    co_await worker_.run([&] { now.clear(); });
  }
}

async::Task<void> Account::close() {
  const bool due = upkeep_.stop();  // it would open the store again
  try {
    if (due) co_await maintain();
  } catch (...) {
    // The next time, then.
  }
  co_await rest();
}

async::Task<void> Account::rest() {
  const NoticesFailure notices(*this);
  co_await worker_.run([&] {
    const std::unique_ptr<storage::Store> closing = open_ ? std::move(store_) : nullptr;
    if (!closing || closing->failed()) return;
    try {
      closing->close_cleanly();
    } catch (...) {
      note_state_of(*closing);  // its log is left, but who has the account open goes on with no such store
      throw;
    }
  });
}

void Account::Committed::await_suspend(std::coroutine_handle<> who) {
  who_ = who;
  account_.waiting_.push_back(this);
  account_.start_committing();
}

void Account::forget(Committed& waiter) {
  std::erase(waiting_, &waiter);
  if (std::erase(batch_, &waiter) == 0) return;
  // While the worker is at the batch this waits for it, as it uses the write that dies. The others go on.
  const std::lock_guard held(writes_mutex_);
  std::erase(writes_, &waiter.write_);
}

void Account::start_committing() {
  if (committer_) return;
  committer_ = std::make_unique<async::Job>(loop_, commit_waiting(), [this](const std::exception_ptr&) {
    committer_.reset();
    if (!waiting_.empty()) start_committing();
  });
}

async::Task<void> Account::commit_waiting() {
  while (!waiting_.empty()) {
    const auto take = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), batch_limit));
    batch_.assign(waiting_.begin(), waiting_.begin() + take);
    waiting_.erase(waiting_.begin(), waiting_.begin() + take);
    co_await commit_batch();
    for (Committed* waiter : std::exchange(batch_, {})) loop_.defer(*waiter);
    co_await maintain_if(storage::MaintenanceDue::at_once);
  }
  co_await maintain_if(storage::MaintenanceDue::when_idle);
}

async::Task<void> Account::commit_batch() {
  {
    const std::lock_guard held(writes_mutex_);
    writes_.clear();
    for (const Committed* waiter : batch_) writes_.push_back(&waiter->write_);
  }
  std::exception_ptr failure;
  try {
    const NoticesFailure notices(*this);
    const storage::CommitReport report = co_await worker_.run([&] { return commit_writes(); });
    notify_watchers(report);
    flag_sync_.soon();
    upkeep_.soon();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) fail_batch(failure);
}

void Account::FlagSync::soon() {
  constexpr std::chrono::seconds most{1};
  if (account_.options_.relaxed_flags && !is_armed()) account_.loop_.timers().arm(*this, async::in(most));
}

void Account::FlagSync::on_deadline() {
  // One that still runs may have missed the last changes; it is not to be cut off, which would wait for the disk.
  again_ = job_ != nullptr;
  if (!again_) start();
}

void Account::FlagSync::start() {
  job_ = std::make_unique<async::Job>(account_.loop_, account_.sync_flags(), [this](const std::exception_ptr&) {
    job_.reset();
    if (std::exchange(again_, false)) start();
  });
}

async::Task<void> Account::sync_flags() {
  const NoticesFailure notices(*this);
  co_await worker_.run([&] {
    if (!store_) return;
    const std::uint64_t before = store_->counters().syncs;
    on_store([](storage::Store& store) { store.sync_flags(); });
    totals_.syncs += store_->counters().syncs - before;
  });
}

async::Task<storage::Maintenance> Account::maintain_in_use() {
  note_use();  // it may open the store, which has to rest again
  co_return co_await maintain();
}

async::Task<storage::Maintenance> Account::maintain() {
  const NoticesFailure notices(*this);
  const storage::MaintenanceScope scope{.bodies_held = body_holds_ != 0};
  co_return co_await worker_.run(
      [&] { return on_store([&](storage::Store& store) { return store.maintain(scope); }); });
}

storage::CommitReport Account::commit_writes() {
  const std::lock_guard held(writes_mutex_);
  if (writes_.empty()) return {};
  storage::Store& here = store();
  const storage::StoreCounters before = here.counters();
  storage::CommitReport changed = here.commit(writes_);
  const storage::StoreCounters after = here.counters();
  totals_.writes += after.writes - before.writes;
  totals_.commits += after.commits - before.commits;
  totals_.syncs += after.syncs - before.syncs;
  due_ = here.maintenance_due();
  note_state_of(here);  // each write has its exception; commit() itself throws none
  return changed;
}

async::Task<void> Account::external_change() {
  note_use();
  std::vector<MailboxId> watched;
  for (const Watch* watch : watches_)
    if (watch->mailbox) watched.push_back(*watch->mailbox);
  const NoticesFailure notices(*this);
  const storage::CommitReport report = co_await worker_.run(
      [&] { return on_store([&](storage::Store& store) { return store.external_change(watched); }); });
  notify_watchers(report);
  upkeep_.soon();
}

void Account::fail_batch(const std::exception_ptr& failure) {
  for (const Committed* waiter : batch_) waiter->write_.settle(failure);
}

void Account::notify_watchers(const storage::CommitReport& report) {
  for (const storage::ChangedMailbox& changed : report.mailboxes) {
    for (Watch* watch : watches_) {
      if (watch->mailbox != changed.id) continue;
      watch->changed_to = changed.modseq;
      watch->signal->set();
    }
  }
  for (CommitListener* listener : listeners_) listener->committed(id_, report);
}

async::Task<void> Account::maintain_if(storage::MaintenanceDue due) {
  if (due_ < due) co_return;
  const NoticesFailure notices(*this);
  co_await worker_.run([&] {
    due_ = storage::MaintenanceDue::later;
    on_store([](storage::Store& store) { store.maintain({.urgent_only = true}); });
  });
}

}  // namespace postbag
