// What can be asked of an account's mail.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/range_set.h"
#include "core/result.h"
#include "storage/mail.h"

namespace postbag::storage {

/// Which bodies a searched text may be in, as far as the search index knows.
struct IndexedBodies {
  BodyId upto;             ///< nothing is known of bodies above this one
  RangeSet<BodyId> found;  ///< of the others, all that the searched text may be in
  /// Where to go on when there may be more; the first answer's upto stays the one that counts.
  std::optional<BodyId> next;
};

/// A consistent view of one account, for as long as one body runs. Obtained from Store::read(); not kept beyond it.
/// Everything here runs on the account's thread and throws Broken (or what derives from it) when the disk fails or
/// what is stored is corrupt. Error::mailbox_gone is what any call with the id of a removed mailbox yields.
class ReadTransaction {
 public:
  ReadTransaction() = default;
  virtual ~ReadTransaction() = default;
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

  // Names
  /// The mailbox of that name; nothing when it does not exist (also when only names below it do).
  virtual std::optional<MailboxId> find(const MailboxName& name) const = 0;
  /// The present name; nothing when the mailbox was removed.
  virtual std::optional<MailboxName> name(MailboxId id) const = 0;
  /// Whether a mailbox had that name that has it no more, so that clients may know another UIDVALIDITY by it. Also
  /// true of some names that never were, once very many names are out of use.
  virtual bool was_used(const MailboxName& name) const = 0;
  /// All names: mailboxes, the parents they imply, and subscriptions without a mailbox; rising by name.
  virtual std::vector<MailboxEntry> mailboxes() const = 0;

  /// What the account holds. In a write, with what its body and those before it in the same commit have changed.
  /// Costs one read of every mailbox's own totals.
  virtual AccountTotals totals() const = 0;

  // One mailbox
  /// Cheap enough for STATUS of every mailbox.
  virtual Result<MailboxState> state(MailboxId id) const = 0;
  /// The table of keywords; a message's KeywordSet indexes it. Entries are only ever added, as first spelt.
  virtual Result<std::vector<std::string>> keywords(MailboxId id) const = 0;
  /// The lowest UID without \Seen; nothing when all are seen.
  virtual Result<std::optional<Uid>> first_unseen(MailboxId id) const = 0;
  /// Every UID that exists.
  virtual Result<UidSet> uids(MailboxId id) const = 0;
  /// Those of `uids` at or above `from` that are there, at most `limit`.
  virtual Result<MessageSlice> messages(MailboxId id, const UidSet& uids, std::size_t limit,
                                        Uid from = Uid::min()) const = 0;
  /// What changed since then. `limit` bounds the messages of one slice; go on with `from` = the last answer's next.
  /// A commit may come between slices: a later slice may hold more than upto, never less.
  virtual Result<MailboxChanges> changes_since(MailboxId id, Since since_changed, Since since_vanished,
                                               std::size_t limit, Uid from = Uid::min()) const = 0;
  /// The UIDs of what appeared or changed flags above `since`, all at once.
  virtual Result<UidSet> changed_since(MailboxId id, Since since) const;
  /// Those of `known` that vanished above `since`; when the log does not reach back so far, all of `known` that
  /// were given out and are not there (RFC 7162 section 3.2.6). Perhaps somewhat more, see
  /// MailboxChanges::vanished.
  virtual Result<UidSet> vanished_since(MailboxId id, Since since, const UidSet& known) const = 0;
  /// Makes this caller the one session that sees the messages from first_recent on as \Recent (RFC 3501 section
  /// 2.3.2), and yields them; nothing when none are. Takes effect at once, in memory, and is written with the next
  /// commit or maintenance; a crash before it makes them recent again, which the RFC allows.
  virtual Result<std::optional<UidRange>> claim_recent(MailboxId id) = 0;

  // Bodies
  /// Up to `length` bytes from `offset`, fewer at the end. Nothing when the body was collected meanwhile.
  virtual std::optional<std::string> read_body(BodyId id, std::uint64_t offset, std::size_t length) const = 0;
  /// The bodies above `after` whose text may have all of `trigrams` (at least one, at most 16), looked for during
  /// about `time`. Nothing when there is no index.
  virtual std::optional<IndexedBodies> bodies_with(std::span<const std::string> trigrams,
                                                   std::optional<BodyId> after,
                                                   std::chrono::milliseconds time) const;
  /// What BodyWriter::finish was given. Nothing when the body was collected meanwhile.
  virtual std::optional<std::string> structure(BodyId id) const = 0;
  /// The same for many, in the order asked; fastest when rising. Empty text where there is none any more.
  virtual std::vector<std::string> structures(std::span<const BodyId> ids) const;
  /// The thread of the message, the same for as long as the body is there. RFC 8474 section 5.2.
  virtual ThreadId thread(BodyId id) const = 0;
};

}  // namespace postbag::storage
