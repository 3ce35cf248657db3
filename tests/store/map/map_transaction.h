// What can be asked of and done to a MapAccount.
#pragma once

#include "storage/options.h"
#include "storage/transaction.h"
#include "tests/store/map/map_account.h"

namespace postbag::storage::test {

class MapTransaction final : public Transaction {
 public:
  /// UIDs below these were reported as \Recent. They are not part of a transaction.
  using Claims = std::map<MailboxId, Uid>;

  MapTransaction(MapAccount& account, Claims& claims, const StoreSettings& settings)
      : account_(account), claims_(claims), settings_(settings) {}

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
  Result<UidSet> vanished_since(MailboxId id, Since since, const UidSet& known) const override;
  Result<std::optional<UidRange>> claim_recent(MailboxId id) override;
  std::optional<std::string> read_body(BodyId id, std::uint64_t offset, std::size_t length) const override;
  std::optional<std::string> structure(BodyId id) const override;
  ThreadId thread(BodyId id) const override;

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
  std::int64_t now() const { return settings_.clock->now().seconds; }
  /// Null when it was removed.
  MapMailbox* mailbox(MailboxId id) const;
  UidValidity take_validity();
  /// The mailbox gets `name`, and another UIDVALIDITY where a client could know this one by another mailbox.
  void give_name(MapMailbox& mailbox, const MailboxName& name);
  void retire(const MapMailbox& mailbox);
  Result<void> rename_inbox(const MailboxName& to);
  /// Indexes of keywords; new ones are added. Errors: too_many_keywords, keyword_too_long, and none was added.
  Result<KeywordSet> intern(MapMailbox& mailbox, const std::vector<std::string>& names) const;
  BodyId link(const std::shared_ptr<MapBody>& body);
  void join_thread(MapBody& body);
  /// Takes messages out with `modseq`, and notes that they vanished.
  void take_away(MapMailbox& mailbox, const UidSet& uids, ModSeq modseq) const;
  Expunged expunge_all(MapMailbox& mailbox, const UidSet& uids) const;

  MapAccount& account_;
  Claims& claims_;
  const StoreSettings& settings_;
};

}  // namespace postbag::storage::test
