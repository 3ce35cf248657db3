// Changing flags. Only a message whose flags really become others gets a new mod-sequence, so that a STORE that
// changes nothing wakes nobody.
#include "storage/engine/engine.h"
#include "storage/engine/transaction/paged_transaction.h"

namespace postbag::storage {

namespace {

Flags applied(const Flags& before, FlagOp op, const Flags& named) {
  if (op == FlagOp::replace) return named;
  Flags after = before;
  if (op == FlagOp::add) {
    after.system.add(named.system);
    after.keywords.add(named.keywords);
  } else {
    after.system.remove(named.system);
    after.keywords.remove(named.keywords);
  }
  return after;
}

}  // namespace

Result<Stored> PagedTransaction::store_flags(MailboxId id, const UidSet& uids, FlagOp op, const NamedFlags& flags,
                                             std::optional<Since> unchanged_since) {
  auto* mailbox = engine_.commits.open_to_change(id);
  if (mailbox == nullptr) return std::unexpected(Error::mailbox_gone);
  // Removing a keyword the mailbox does not know does nothing; it must not make the keyword known.
  const auto keywords = op == FlagOp::remove ? Result<KeywordSet>(mailbox->known(flags.keywords))
                                             : mailbox->intern(flags.keywords, engine_.options.limits);
  if (!keywords) return std::unexpected(keywords.error());
  const Flags named{flags.system, *keywords};
  const auto next = mailbox->next_modseq();
  Stored stored{.matched = {}, .changed = {}, .refused = {}, .modseq = mailbox->state().highest_modseq};
  mailbox->edit(uids, [&](Message& m) {
    // The check and the change are one transaction: RFC 7162 section 3.1.3.
    if (unchanged_since && m.modseq.value() > *unchanged_since) {
      stored.refused.add(m.uid);
      return false;
    }
    stored.matched.add(m.uid);
    const auto after = applied(m.flags, op, named);
    if (after == m.flags) return false;
    m.flags = after;
    m.modseq = next;
    stored.changed.add(m.uid);
    return true;
  });
  if (!stored.changed.empty()) stored.modseq = mailbox->advance();
  return stored;
}

}  // namespace postbag::storage
