// One account's mail at rest.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "storage/options.h"
#include "storage/write.h"

namespace postbag::storage {

class Engine;

/// What a store has done since it was opened.
struct StoreCounters {
  std::uint64_t commits = 0;      ///< SQLite transactions that wrote
  std::uint64_t writes = 0;       ///< bodies committed by them: writes / commits is what group commit saves
  std::uint64_t refused = 0;      ///< bodies rolled back
  std::uint64_t syncs = 0;        ///< syncs waited for: of the log once a commit, of body files and directories
  std::uint64_t cache_loads = 0;  ///< index pages decoded
};

/// What Store::keep_up left to do.
struct Upkeep {
  bool more = false;  ///< at once: this was one slice
  std::optional<std::chrono::seconds>
      next;  ///< in so much time there are bodies to collect; nothing: there are none
};

/// The mail of one account. Blocking, without threads and without locks: used by one thread at a time, and by one
/// Store object per directory (across processes, see DataLock in directory.h). Reading and writing throw Broken or
/// what derives from it.
///
///     auto store = Store::open({.directory = dir});
///     auto uid = store->write([&](Transaction& tx) { return tx.append(inbox, body, {}, now); });
class Store {
 public:
  /// Opens and migrates the account's database; removes what a crash left of bodies nobody refers to. It is made
  /// only as StoreOptions::owner says. Throws Missing, Foreign, TooNew, InUse, Corrupt or Broken.
  static std::unique_ptr<Store> open(StoreOptions options);
  ~Store();

  /// Starts to receive a message body, of which at most `memory_limit` bytes may wait in memory; see BodyWriter.
  /// Throws DiskFull when only the reserve is left.
  BodyWriter stage(std::size_t memory_limit = std::numeric_limits<std::size_t>::max());

  /// Runs body(ReadTransaction&) and returns what it returns. A throwing body breaks nothing.
  template <class Body>
  auto read(Body&& body) {
    const ReadScope scope(*this);
    ReadTransaction transaction(*engine_);
    return std::forward<Body>(body)(transaction);
  }

  /// GROUP COMMIT: runs the writes in order, each in its own savepoint of one SQLite transaction, and syncs once.
  /// One that refuses or throws is rolled back alone. When SQLite or the disk fails, all fail, and each owner finds
  /// the exception in its Write; this call itself throws only StoreFailed. Returns what to tell
  /// watchers, commit by commit in this order.
  CommitReport commit(std::span<Write* const> writes);

  /// commit() of a single body `Result<T>(Transaction&)`: its result, or throws what it threw. Told to `report`
  /// when given.
  template <class Body>
  auto write(Body body, CommitReport* report = nullptr) {
    WriteOf<Body> write(std::move(body));
    Write* const writes[] = {&write};
    auto changed = commit(writes);
    if (report != nullptr) *report = std::move(changed);
    return write.take();
  }

  /// After another process has committed: what it changed, for those who watch. The first call reports all mailboxes,
  /// since nobody knows how far they were reported before the store was opened. Of `watched`, those that do not exist
  /// any more are reported gone. The other process must hold DataLock while it uses the account, and this one may
  /// neither hold a StagedBody then nor use the store; it needs no call to answer reads and writes right.
  CommitReport external_change(std::span<const MailboxId> watched);

  /// Waits until what was acknowledged under FlagDurability::relaxed is on the disk; nothing when it is.
  void sync_flags();
  /// Before it is destroyed for good: the log is copied into the database, and nothing is left that opening would
  /// have to make up for. Left out, nothing is lost.
  void close_cleanly();

  /// Bytes in the write-ahead log that no checkpoint has tried to copy. Above some MiB it is time for checkpoint().
  std::uint64_t wal_bytes() const;
  /// Copies the log into the database, with two syncs. Never needed for safety; call it when idle, or when the log
  /// is large, after the waiting writes were answered. A failure other than DiskFull is final.
  void checkpoint();

  /// One slice, of some 20 ms, of what has to be done from time to time: bodies without messages are collected,
  /// room in the database goes back to the disk, the log is copied. Bodies stay for an hour, for a day while
  /// `bodies_held` (somebody reads some), and not at all when only the reserve is left on the disk.
  Upkeep keep_up(bool bodies_held);
  /// Gives free pages of the database back to the disk, in one slice, but for `keep` of them; the file becomes
  /// shorter with the next checkpoint. Whether there are more.
  bool shrink(std::uint64_t keep);

  /// Enters bodies into the search index, for some `time`. Whether there are more; false when no index is kept,
  /// or only the reserve is left on the disk.
  bool index_some(std::chrono::milliseconds time);

  /// Removes up to `limit` bodies that no message refers to since `grace`. Returns how many it removed: fewer than
  /// `limit` means there are no more now. Commits on its own.
  std::size_t collect_garbage(std::size_t limit, std::chrono::seconds grace = std::chrono::hours{1});

  /// Whose mail it is; nothing when nobody has said.
  std::optional<Owner> owner() const;

  /// Whether a commit or a sync has failed: everything but destruction throws StoreFailed then.
  bool failed() const;

  StoreCounters counters() const;

 private:
  /// Brackets a read, so that all of it sees one state of the database.
  class ReadScope {
   public:
    explicit ReadScope(Store& store);
    ~ReadScope();
    ReadScope(const ReadScope&) = delete;
    ReadScope& operator=(const ReadScope&) = delete;

   private:
    Store& store_;
  };

  explicit Store(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// The mailboxes of a new account: INBOX, Drafts, Sent, Junk, Trash and Archive with their special uses (RFC 6154),
/// subscribed. Those that exist are left alone.
Result<void> create_default_mailboxes(Transaction& transaction);

}  // namespace postbag::storage
