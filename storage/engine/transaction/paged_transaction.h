// Mail on top of the engine's parts: all that a transaction can read and change.
#pragma once

#include "storage/transaction.h"

namespace postbag::storage {

struct Engine;

/// Within a transaction of the database. One object may serve several, one after the other.
class PagedTransaction final : public Transaction {
 public:
  explicit PagedTransaction(Engine& engine) : engine_(engine) {}

  // read_names.cc, read_mailbox.cc
  std::optional<MailboxId> find(const MailboxName& name) const override;
  std::optional<MailboxName> name(MailboxId id) const override;
  bool was_used(const MailboxName& name) const override;
  std::vector<MailboxEntry> mailboxes() const override;
  AccountTotals totals() const override;
  Result<MailboxState> state(MailboxId id) const override;
  Result<std::vector<std::string>> keywords(MailboxId id) const override;
  Result<std::optional<Uid>> first_unseen(MailboxId id) const override;
  Result<UidSet> uids(MailboxId id) const override;
  Result<MessageSlice> messages(MailboxId id, const UidSet& uids, std::size_t limit, Uid from) const override;
  Result<MailboxChanges> changes_since(MailboxId id, Since since_changed, Since since_vanished, std::size_t limit,
                                       Uid from) const override;
  Result<UidSet> changed_since(MailboxId id, Since since) const override;
  Result<UidSet> vanished_since(MailboxId id, Since since, const UidSet& known) const override;
  Result<std::optional<UidRange>> claim_recent(MailboxId id) override;
  std::optional<std::string> read_body(BodyId id, std::uint64_t offset, std::size_t length) const override;
  std::optional<IndexedBodies> bodies_with(std::span<const std::string> trigrams, std::optional<BodyId> after,
                                           std::chrono::milliseconds time) const override;
  std::optional<std::string> structure(BodyId id) const override;
  ThreadId thread(BodyId id) const override;

  // change_names.cc, change_messages.cc, change_flags.cc
  Result<MailboxId> create(const MailboxName& name, SpecialUses use) override;
  Result<void> remove(const MailboxName& name) override;
  Result<void> rename(const MailboxName& from, const MailboxName& to) override;
  Result<void> subscribe(const MailboxName& name) override;
  void unsubscribe(const MailboxName& name) override;
  Result<Appended> append(MailboxId mailbox, const StagedBody& body, const NamedFlags& flags,
                          DateTime internal_date) override;
  Result<Copied> copy(MailboxId from, const UidSet& uids, MailboxId to) override;
  Result<Copied> move(MailboxId from, const UidSet& uids, MailboxId to) override;
  Result<Stored> store_flags(MailboxId mailbox, const UidSet& uids, FlagOp op, const NamedFlags& flags,
                             std::optional<Since> unchanged_since) override;
  Result<Expunged> expunge(MailboxId mailbox, const std::optional<UidSet>& uids) override;
  Result<Expunged> vanish(MailboxId mailbox, const UidSet& uids) override;

 private:
  Engine& engine_;
};

}  // namespace postbag::storage
