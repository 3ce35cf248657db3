// Several writes in one transaction, with one wait for the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "storage/bodies/staged.h"
#include "storage/engine/linked_bodies.h"
#include "storage/engine/open_mailbox.h"
#include "storage/engine/tables.h"
#include "storage/mail.h"
#include "storage/write.h"

namespace postbag::storage {

struct Engine;

class GroupCommit {
 public:
  explicit GroupCommit(Engine& engine) : engine_(engine) {}
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// See Store::commit().
  CommitReport commit(std::span<Write* const> writes);
  /// Waits for what commits that only change flags left unsynced.
  void sync_flags();
  /// Mailboxes with reservations were not closed cleanly: see OpenMailbox.
  void recover_reservations();
  /// Before a clean close: nothing is reserved any more. Synced.
  void take_reservations_back();
  /// Writes what RecentClaims holds, in a commit of its own; nothing when it holds nothing.
  void write_claims();
  /// Runs f in a transaction of its own, which is durable or not. f changes nothing that is in memory.
  void transact(bool durable, const std::function<void()>& f);
  /// Ends the running transaction without its changes, and drops what is in memory.
  void roll_back() noexcept;

  // ---- what the running body does, as its Transaction says ----

  /// The mailbox, to be changed: flushed when the body succeeds, forgotten when it fails. Null: none has that id.
  OpenMailbox* open_to_change(MailboxId id);
  /// Drops what is in memory of a mailbox that was removed, and reports it.
  void removed(MailboxId id, ModSeq modseq);
  void names_changed() { body_.names_changed = true; }
  /// INBOX was renamed, which made this mailbox.
  void inbox_renamed(MailboxId to) { body_.from_inbox.push_back(to); }
  /// Reports a mailbox although nothing of it is to be flushed.
  void changed(MailboxId id, ModSeq modseq) { body_.changed.insert_or_assign(id, ChangedMailbox{id, modseq}); }
  /// The row of a staged body, made with the first call in this commit; each further one adds a reference.
  BodyId link(const std::shared_ptr<bodies::Staged>& staged);
  /// One message more refers to the body.
  void share(BodyId body, std::uint64_t size);
  /// One message less refers to each of `bodies`, which may name a body twice.
  void release(std::vector<SizedBody> bodies);
  /// What the account holds, with what the running commit has changed so far.
  AccountTotals totals();
  /// Whether so many bytes may be added to the database, without what is reserved for removing.
  bool admits(std::uint64_t bytes) const;

 private:
  /// What the running body did, or all bodies of the running commit together.
  struct Effects {
    std::map<MailboxId, ChangedMailbox> changed;
    std::set<MailboxId> touched;
    bool names_changed = false;
    std::vector<MailboxId> from_inbox;
    LinkedBodies bodies;
    BodyBytes bytes;  ///< not written yet
  };

  /// Runs one body in its savepoint. Throws when the whole commit is lost.
  void run(Write& write);
  bool run_body(Write& write);
  /// Writes what it has changed so far.
  void flush_body();
  void keep_body();
  void undo_body();
  void finish_commit();
  /// Makes the staged bodies of this commit durable in their places.
  void sync_bodies();
  /// Once the commit is durable: the bodies are no longer incoming.
  void settle_bodies();
  /// The transaction is lost.
  void abandon() noexcept;
  CommitReport report();

  bool may_relax(std::span<Write* const> writes) const;
  /// Whether the commit that is about to be made has to be synced although it only changes flags: it reserves.
  bool reserve_for_flags();
  /// Calls f(OpenMailbox&) for each mailbox with a reservation, in a synced transaction.
  template <class F>
  void change_reserved(F&& f);

  Engine& engine_;
  Effects body_;
  Effects group_;
  std::uint64_t growth_ = 0;  ///< bytes of messages that the running commit has added to the database
  bool relaxed_ = false;      ///< the running commit does not wait for the disk
  bool unsynced_ = false;     ///< some commit before did not
};

}  // namespace postbag::storage
