// What can be done to an account's mail.
#pragma once

#include <optional>

#include "storage/body.h"
#include "storage/read_transaction.h"

namespace postbag::storage {

/// One body's changes, within its own savepoint: all or nothing. Obtained from Store::commit() and Store::write().
/// Each operation on messages advances the mod-sequence of the mailbox once, if it changes anything: entries that
/// carry the returned modseq are this operation's own. An operation that returns an error has changed nothing.
/// Nothing is promised before the commit: results must not be reported before it.
class Transaction : public ReadTransaction {
 public:
  // Names
  /// A new, empty mailbox. Missing parents need no rows: mailboxes() shows them (RFC 9051 section 6.3.4). Its
  /// UIDVALIDITY is higher than any this account ever had. Errors: mailbox_exists, too_many_mailboxes,
  /// special_use_taken (another mailbox has one of the uses).
  virtual Result<MailboxId> create(const MailboxName& name, SpecialUses use = {}) = 0;
  /// Removes a mailbox and its messages; names below it and subscriptions stay (RFC 9051 section 6.3.5). Errors:
  /// no_such_mailbox, not_permitted (INBOX), mailbox_has_children (the name is only implied by those below it).
  virtual Result<void> remove(const MailboxName& name) = 0;
  /// Renames a mailbox, or an implied parent, with all below it (RFC 9051 section 6.3.6); subscriptions stay. INBOX
  /// moves its messages to a new mailbox and stays, empty, and nothing below it moves. Errors: no_such_mailbox,
  /// mailbox_exists, not_permitted (to a name below itself), name_too_long, too_many_mailboxes.
  virtual Result<void> rename(const MailboxName& from, const MailboxName& to) = 0;
  /// Any name, existing or not. Twice is once. Error: too_many_mailboxes (as many subscriptions as mailboxes may
  /// be).
  virtual Result<void> subscribe(const MailboxName& name) = 0;
  virtual void unsubscribe(const MailboxName& name) = 0;

  // Messages
  /// Adds a message. Errors: mailbox_gone, too_many_messages (UIDs are used up), too_many_keywords,
  /// keyword_too_long.
  virtual Result<Appended> append(MailboxId mailbox, const StagedBody& body, const NamedFlags& flags,
                                  DateTime internal_date) = 0;
  /// Adds those of `uids` that are there to `to`, with flags and internal date, sharing their bodies. `to` may be
  /// `from`. Errors as append.
  virtual Result<Copied> copy(MailboxId from, const UidSet& uids, MailboxId to) = 0;
  /// copy, and the originals vanish.
  virtual Result<Copied> move(MailboxId from, const UidSet& uids, MailboxId to) = 0;
  /// Errors: mailbox_gone, too_many_keywords, keyword_too_long. With `unchanged_since`, messages changed above it
  /// are left alone and reported (RFC 7162 section 3.1.3); 0 refuses all.
  virtual Result<Stored> store_flags(MailboxId mailbox, const UidSet& uids, FlagOp op, const NamedFlags& flags,
                                     std::optional<Since> unchanged_since = std::nullopt) = 0;
  /// Removes the messages with \Deleted, of `uids` only if given.
  virtual Result<Expunged> expunge(MailboxId mailbox, const std::optional<UidSet>& uids = std::nullopt) = 0;
  /// Removes those of `uids` that are there, whatever their flags (RFC 8508 section 3).
  virtual Result<Expunged> vanish(MailboxId mailbox, const UidSet& uids) = 0;
};

}  // namespace postbag::storage
