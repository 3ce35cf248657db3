// Each commit that changes something raises a number in the account's row. It costs one more statement in a commit
// and one read at the start of each transaction, and makes it safe that two processes use an account in turn: the
// cache is never believed without it. The same number in the row of each mailbox says which of them others have
// changed.
#include "storage/engine/generation.h"

namespace postbag::storage {

void Generation::compare() {
  const auto found = tables_.account.generation();
  if (found == known_) return;
  mailboxes_.clear();
  known_ = found;
}

void Generation::raise(const AccountTotals& difference, bool names_changed) {
  tables_.account.raise_generation(difference, names_changed);
}

void Generation::raised() {
  // While commits of others are not reported, they come before this one.
  if (reported_ == known_) ++reported_;
  ++known_;
}

CommitReport Generation::external_change(std::span<const MailboxId> watched) {
  CommitReport report{.mailboxes = tables_.mailboxes.changed_after(reported_),
                      .names_changed = tables_.account.names_generation() > reported_};
  for (const auto id : watched)
    if (!tables_.mailboxes.name(id)) report.mailboxes.push_back({.id = id, .modseq = ModSeq::max(), .gone = true});
  reported_ = known_;
  return report;
}

}  // namespace postbag::storage
