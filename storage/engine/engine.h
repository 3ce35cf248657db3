// What Store, ReadTransaction and Transaction share: the database, what of it is in memory, and the running commit.
#pragma once

#include <exception>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/bodies/staged.h"
#include "storage/disk/reserve.h"
#include "storage/engine/open_mailbox.h"
#include "storage/errors.h"
#include "storage/options.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/tables.h"
#include "storage/store.h"
#include "storage/text_index/search_index.h"

namespace postbag::storage {

/// Not for users of storage.
class Engine {
 public:
  explicit Engine(StoreOptions options);

  const StoreOptions& options() const { return options_; }
  std::int64_t now() const { return options_.clock->now().seconds; }
  sqlite::Tables& tables() { return tables_; }
  bodies::BodyFiles* files() { return files_.get(); }
  const std::shared_ptr<bodies::BodyFiles>& shared_files() const { return files_; }
  sqlite::Connection& connection() { return connection_; }
  StoreCounters& counters() { return counters_; }
  /// Null when none is kept.
  SearchIndex* search_index() { return search_index_.get(); }

  bool failed() const { return failed_; }
  /// Throws StoreFailed once a commit or a sync has failed.
  void require_usable() const;
  void begin_read();
  void end_read() noexcept;

  /// The mailbox; null when there is none of that id. Valid until the transaction ends or the mailbox is removed.
  OpenMailbox* open(MailboxId id);
  /// The same, to be changed: flushed when the running body succeeds, forgotten when it fails.
  OpenMailbox* open_to_change(MailboxId id);
  /// Drops what is in memory of a mailbox that was removed with so many messages, and reports it.
  void removed(MailboxId id, ModSeq modseq, std::uint32_t messages);
  void names_changed() { body_.names_changed = true; }
  /// INBOX was renamed, which made this mailbox.
  void inbox_renamed(MailboxId to) { body_.from_inbox.push_back(to); }
  /// Reports a mailbox although nothing of it is to be flushed.
  void changed(MailboxId id, ModSeq modseq) { body_.changed.insert_or_assign(id, ChangedMailbox{id, modseq}); }
  /// The row of a staged body, made with the first call in this commit; each further one adds a reference.
  BodyId link(const std::shared_ptr<bodies::Staged>& staged);

  /// One message less refers to each of `bodies`, which may name a body twice.
  void release(std::vector<sqlite::SizedBody> bodies);
  /// With what the running commit has changed so far.
  AccountTotals totals();

  /// The state with what was claimed in memory.
  MailboxState state_of(const OpenMailbox& mailbox) const;
  /// See ReadTransaction::claim_recent.
  std::optional<UidRange> claim_recent(const OpenMailbox& mailbox);

  CommitReport commit(std::span<Write* const> writes);
  /// See Store::external_change.
  CommitReport external_change(std::span<const MailboxId> watched);
  /// Waits for what relaxed commits left unsynced.
  void sync_flags();
  /// Before a clean close: nothing is reserved any more. Synced.
  void take_reservations_back();
  /// Writes what claim_recent() took; nothing when there is nothing.
  void write_claims();
  std::size_t collect_garbage(std::size_t limit, std::int64_t before);
  /// Whether so many bytes may be added to the disk, without what is reserved for removing.
  bool has_room(std::uint64_t bytes) const;
  /// The same for so many in the database, by the running commit.
  bool admits(std::uint64_t bytes);
  void checkpoint(bool empty = false);
  Upkeep keep_up(bool bodies_held);
  bool shrink(std::uint64_t keep);

 private:
  /// What the running body did, or all bodies of the running commit together.
  struct Effects {
    std::map<MailboxId, ChangedMailbox> changed;
    std::set<MailboxId> touched;
    bool names_changed = false;
    std::vector<MailboxId> from_inbox;
    std::vector<std::pair<std::shared_ptr<bodies::Staged>, BodyId>> bodies;
    AccountTotals totals;  ///< the difference it makes
  };

  /// Bodies that are about to be removed.
  struct Garbage {
    std::vector<BodyId> ids;
    std::vector<std::string> files;  ///< of those that have one
    std::uint64_t bytes = 0;
  };

  /// At the start of each transaction: another process may have committed since the last one. What is in memory is
  /// trusted only when the account has the generation of then.
  void compare_generation();
  void begin_write();
  /// Commits what begin_write() began, and raises the generation.
  void end_write(const AccountTotals& difference = {}, bool names_changed = false);
  void sweep_incoming();
  void open_search_index();
  /// Mailboxes with reservations were not closed cleanly: see OpenMailbox.
  void recover_reserved();
  /// Calls f(OpenMailbox&) for each mailbox with a reservation, in a synced transaction.
  template <class F>
  void change_reserved(F&& f);
  bool may_relax(std::span<Write* const> writes) const;
  /// Whether the commit that is about to be made has to be synced although it only changes flags: it reserves.
  bool reserve_for_flags();
  /// Runs one body in its savepoint. Throws when the whole commit is lost.
  void run(Write& write);
  bool run_body(Write& write);
  void flush_body();
  void keep_body();
  void undo_body();
  void finish_commit();
  void save_claims();
  /// Makes the staged bodies of this commit durable in their places.
  void sync_bodies();
  /// Once the commit is durable: the bodies are no longer incoming.
  void settle_bodies();
  void rebuild(std::uint64_t used_pages);
  bool collect_slice(std::int64_t before);
  Garbage find_garbage(std::size_t limit, std::int64_t before);
  void commit_garbage(const Garbage& garbage);
  /// Runs f, whose failure leaves unknown what is on the disk: after it the store is not used any more. A full disk
  /// is no such failure, nor is a file that cannot be opened to be synced because too many are.
  template <class F>
  void fatally(F&& f);
  void fail(const std::exception& why);
  void roll_back() noexcept;
  CommitReport report();
  /// Lets memory go when it is above the budget, the longest unused first.
  void trim();

  struct Cached {
    std::unique_ptr<OpenMailbox> mailbox;
    std::uint64_t used = 0;
  };

  StoreOptions options_;
  disk::Reserve reserve_;
  bool unclean_;  ///< the last process that had the store open did not close it
  StoreCounters counters_;
  sqlite::Connection connection_;
  sqlite::Tables tables_;
  std::shared_ptr<bodies::BodyFiles> files_;  ///< null in memory
  std::unique_ptr<SearchIndex> search_index_;
  std::unordered_map<MailboxId, Cached> cache_;
  std::uint64_t generation_ = 0;  ///< of the account, as it is in memory
  std::uint64_t reported_ = 0;    ///< the commits up to this generation were reported
  std::uint64_t uses_ = 0;
  std::uint64_t trimmed_at_ = 0;
  std::map<MailboxId, Uid> claimed_;  ///< first_recent values that are not written yet
  Effects body_;
  Effects group_;
  std::uint64_t growth_ = 0;  ///< bytes of messages that the running commit has added to the database
  bool relaxed_ = false;      ///< the running commit does not wait for the disk
  bool unsynced_ = false;     ///< some commit before did not
  bool failed_ = false;
  std::string failure_;
};

template <class F>
void Engine::fatally(F&& f) {
  try {
    f();
  } catch (const DiskFull&) {
    throw;
  } catch (const Unavailable&) {
    throw;
  } catch (const std::exception& e) {
    fail(e);
    for (const auto& [staged, id] : group_.bodies) staged->keep = true;  // perhaps they are committed
    throw;
  }
}

}  // namespace postbag::storage
