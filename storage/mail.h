// Mail as the store speaks of it: messages, mailboxes, what changed. Plain values, owned by those who hold them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/enum_set.h"
#include "core/flags.h"
#include "core/mailbox_name.h"
#include "core/numbers.h"
#include "core/range_set.h"

namespace postbag::storage {

/// A mod-sequence as a lower bound: what lies strictly above it is asked for. 0 asks for everything, which is why
/// it is no ModSeq (RFC 7162 section 3.1.1: a client may name 0 although no message has it).
using Since = std::uint64_t;

/// What a message is in one mailbox. The bytes of `body` never change (RFC 9051 section 2.3.1.1).
struct Message {
  Uid uid = Uid::min();
  ModSeq modseq = ModSeq::min();  ///< of its last change of flags, or of its appearance; RFC 7162 section 3
  BodyId body = BodyId::min();
  std::uint64_t size = 0;  ///< bytes of the body: RFC822.SIZE
  Flags flags;             ///< keywords are indexes into keywords() of the mailbox
  DateTime internal_date;
  std::int64_t save_date = 0;  ///< seconds since 1970 UTC when it came into this mailbox; RFC 8514 section 2
  bool operator==(const Message&) const = default;
};

/// Some messages in rising order of UID, and where to go on.
struct MessageSlice {
  std::vector<Message> messages;
  std::optional<Uid> next;  ///< the `from` to ask with for more; nothing when there is no more
};

/// The numbers of a mailbox. Kept beside the messages, so reading them costs one row.
struct MailboxState {
  UidValidity uid_validity = UidValidity::min();
  Uid uid_next = Uid::min();
  ModSeq highest_modseq = ModSeq::min();
  std::uint32_t messages = 0;
  std::uint32_t unseen = 0;       ///< without \Seen
  std::uint32_t deleted = 0;      ///< with \Deleted
  std::uint64_t bytes = 0;        ///< the sizes of all messages together
  Uid first_recent = Uid::min();  ///< reported to no session, nor any UID above it; uid_next when none is new
  std::uint32_t keywords = 0;     ///< length of the table of keywords, which only grows
  bool operator==(const MailboxState&) const = default;
};

/// What an account holds, for quotas. A difference of two is modulo 2^64.
struct AccountTotals {
  std::uint64_t messages = 0;       ///< in all mailboxes together
  std::uint64_t bytes = 0;          ///< of the bodies that messages refer to, each once however many share it
  std::uint64_t garbage_bytes = 0;  ///< of the bodies that no message refers to and that are not collected yet
  AccountTotals& operator+=(const AccountTotals& other) {
    messages += other.messages;
    bytes += other.bytes;
    garbage_bytes += other.garbage_bytes;
    return *this;
  }
  bool operator==(const AccountTotals&) const = default;
};

/// The special uses of RFC 6154 section 2 and RFC 8457 (important). Each is stored as the bit of its place.
enum class SpecialUse : std::uint8_t { all, archive, drafts, flagged, junk, sent, trash, important };

using SpecialUses = EnumSet<SpecialUse, SpecialUse::important>;

/// One name in the tree of mailboxes. A name without `id` holds no messages: it is \NonExistent (RFC 9051 section
/// 7.3.1), and is listed because a mailbox lies below it or because it is subscribed to.
struct MailboxEntry {
  MailboxName name;
  std::optional<MailboxId> id;
  SpecialUses special_use;
  bool subscribed = false;
  bool has_children = false;  ///< a mailbox that exists lies below
};

/// What happened in a mailbox since the last report to a client.
struct MailboxChanges {
  /// Appeared or changed flags above `since_changed`, in rising order of UID.
  std::vector<Message> messages;
  /// UIDs that vanished above `since_vanished`, or somewhat more when the log was shortened by whole entries;
  /// never a UID that is there. Only in the first slice (`from` not given).
  UidSet vanished;
  /// The mailbox's mod-sequence when this was read: what to ask with next, once all slices are reported. Of several
  /// slices the first one's counts.
  ModSeq upto = ModSeq::min();
  /// False when the log of vanished UIDs no longer reaches back to `since_vanished`: then every UID that is not
  /// there now must be taken for vanished.
  bool complete = true;
  std::optional<Uid> next;  ///< the `from` to go on with; nothing when there is no more
};

/// APPEND's outcome.
struct Appended {
  UidValidity validity;
  Uid uid;
  ModSeq modseq;
  BodyId body;
};

/// COPY's and MOVE's outcome. The n-th UID of `from`, rising, became the n-th of `to` (RFC 4315 section 3: COPYUID
/// pairs its two sets). Both empty when none of the asked UIDs was there.
struct Copied {
  UidValidity validity;  ///< of the target
  UidSet from;
  UidSet to;
  ModSeq from_modseq;  ///< of the source; advanced by MOVE only
  ModSeq to_modseq;    ///< of the target
};

/// What STORE does with the flags it names. RFC 9051 section 6.4.6.
enum class FlagOp : std::uint8_t { replace, add, remove };

/// STORE's outcome. `matched` is changed, or had those flags already; `refused` had a mod-sequence above
/// unchanged_since (RFC 7162 section 3.1.3, MODIFIED). UIDs that are not there are in neither.
struct Stored {
  UidSet matched;
  UidSet changed;
  UidSet refused;
  ModSeq modseq;  ///< of the mailbox; the changed messages carry it when `changed` is not empty
};

/// EXPUNGE's outcome.
struct Expunged {
  UidSet uids;
  ModSeq modseq = ModSeq::min();  ///< of the mailbox; advanced when `uids` is not empty
};

/// A mailbox that a commit changed.
struct ChangedMailbox {
  MailboxId id;
  ModSeq modseq;
  bool gone = false;  ///< it was removed
  bool operator==(const ChangedMailbox&) const = default;
};

/// What a commit changed, for those who watch.
struct CommitReport {
  std::vector<ChangedMailbox> mailboxes;   ///< rising by id, each once
  bool names_changed = false;              ///< mailboxes were created, removed, renamed or (un)subscribed
  std::vector<MailboxId> from_inbox = {};  ///< made by renaming INBOX, in that order; perhaps gone again
};

}  // namespace postbag::storage
