// One account's mail at rest: what a store is, for those who use one and for those who bring their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "storage/write.h"

namespace postbag::storage {

/// What a store has done since it was opened.
struct StoreCounters {
  std::uint64_t commits = 0;  ///< transactions that wrote
  std::uint64_t writes = 0;   ///< bodies committed by them: writes / commits is what group commit saves
  std::uint64_t refused = 0;  ///< bodies rolled back
  std::uint64_t syncs = 0;    ///< waits for the disk
};

/// How soon maintain() should be called.
enum class MaintenanceDue : std::uint8_t {
  later,      ///< a second after the last commit is soon enough
  when_idle,  ///< once no commit waits
  at_once,    ///< before the next commit
};

/// How much maintain() may do.
struct MaintenanceScope {
  bool urgent_only = false;  ///< commits wait: only what maintenance_due() asks for
  bool bodies_held = false;  ///< somebody may be reading bodies of messages that were removed today: they stay
};

/// What maintain() left to do.
struct Maintenance {
  bool more = false;                         ///< at once: this was one slice
  std::optional<std::chrono::seconds> next;  ///< after so much time; nothing: only after other commits
};

/// The mail of one account. Blocking, without threads and without locks: used by one thread at a time, and by one
/// Store object per account. Reading and writing throw Broken or what derives from it.
///
///     auto uid = store.write([&](Transaction& tx) { return tx.append(inbox, body, {}, now); });
class Store {
 public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  static constexpr std::size_t any_memory = std::numeric_limits<std::size_t>::max();
  /// Starts to receive a message body, of which at most `memory_limit` bytes may wait in memory. Throws DiskFull
  /// when there is no space for mail.
  virtual std::unique_ptr<BodyWriter> stage(std::size_t memory_limit = any_memory) = 0;

  /// Runs body(ReadTransaction&) and returns what it returns. A throwing body breaks nothing.
  template <class Body>
  auto read(Body&& body) {
    const Reading reading(*this);
    return std::forward<Body>(body)(reading.transaction());
  }

  /// GROUP COMMIT: runs the writes in order, each all or nothing, and makes them durable together. One that refuses
  /// or throws is rolled back alone. When the disk fails, all fail, and each owner finds the exception in its
  /// Write; this call itself throws only StoreFailed. Returns what to report to watchers, commit by commit in this
  /// order.
  virtual CommitReport commit(std::span<Write* const> writes) = 0;

  /// commit() of a single body `Result<T>(Transaction&)`: its result, or throws what it threw. What changed goes to
  /// `report` when given.
  template <class Body>
  auto write(Body body, CommitReport* report = nullptr) {
    WriteOf<Body> write(std::move(body));
    Write* const writes[] = {&write};
    auto changed = commit(writes);
    if (report != nullptr) *report = std::move(changed);
    return write.take();
  }

  /// After another process has committed: what it changed, for those who watch. The first call reports all
  /// mailboxes, since nobody knows how far they were reported before the store was opened. Of `watched`, those that
  /// do not exist any more are reported gone. The other process must hold DataLock while it uses the account, and
  /// this one may neither hold a StagedBody then nor use the store, also not by maintain(); it needs no call to
  /// answer reads and writes right, unless it was opened as if there were no others.
  virtual CommitReport external_change(std::span<const MailboxId> /*watched*/) { return {}; }

  /// Waits until what was acknowledged under FlagDurability::relaxed is on the disk; nothing when it is.
  virtual void sync_flags() {}

  /// One slice, of about 20 ms, of the work that no command waits for: unused space goes back to the disk, a search
  /// index takes in what is new. Called again while there is more. After a failure, unless it is that of the store
  /// (failed()), it is called again some time later.
  virtual Maintenance maintain(MaintenanceScope) { return {}; }
  /// Whether a read has left work for maintain(), as the first search does that begins an index. Asked again,
  /// false.
  virtual bool has_new_work() { return false; }
  /// Whether a commit has left work that should not wait.
  virtual MaintenanceDue maintenance_due() const { return MaintenanceDue::later; }

  /// Before it is destroyed for good: nothing is left that opening would have to make up for. When it is not
  /// called, nothing is lost.
  virtual void close_cleanly() {}

  /// Whether a commit or a sync has failed: everything but destruction throws StoreFailed then.
  virtual bool failed() const = 0;

  virtual StoreCounters counters() const = 0;

 protected:
  /// Begins a read: until end_read(), all of it sees one state of the account.
  virtual ReadTransaction& begin_read() = 0;
  virtual void end_read() noexcept = 0;

  class Reading {
   public:
    explicit Reading(Store& store) : store_(store), transaction_(store.begin_read()) {}
    ~Reading() { store_.end_read(); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ReadTransaction& transaction() const { return transaction_; }

   private:
    Store& store_;
    ReadTransaction& transaction_;
  };
};

/// The mailboxes of a new account: INBOX, Drafts, Sent, Junk, Trash and Archive with their special uses (RFC 6154),
/// subscribed. Those that exist are left alone.
Result<void> create_default_mailboxes(Transaction& transaction);

}  // namespace postbag::storage
