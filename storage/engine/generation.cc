// Two processes may use an account in turn, so the cache is not believed before the database was asked, at the
// start of each transaction, whether somebody else has committed. The question takes as long as a whole read of
// what is in memory. A process that keeps all others out (OtherWriters::none) asks it only before it writes.
//
// Which mailboxes others have changed is told by a number, the generation. Each commit has the next one, and writes
// it into the rows that it writes anyway: those of the mailboxes that it changes, and the account's when names
// change. So the account's generation is the highest of these. It is looked up only after others have committed;
// commits of our own are counted.
#include "storage/engine/generation.h"

namespace postbag::storage {

void Generation::compare() {
  const auto others = tables_.commits_of_others();
  if (others == others_) return;
  mailboxes_.clear();
  known_ = tables_.account.generation();
  others_ = others;
}

void Generation::save_for_names() { tables_.account.set_names_generation(next()); }

void Generation::raised() {
  // While commits of others are not reported, they come before this one.
  if (reported_ == known_) ++reported_;
  ++known_;
}

CommitReport Generation::external_change(std::span<const MailboxId> watched) {
  compare();
  CommitReport report{.mailboxes = tables_.mailboxes.changed_after(reported_),
                      .names_changed = tables_.account.names_generation() > reported_};
  for (const auto id : watched)
    if (!tables_.mailboxes.name(id)) report.mailboxes.push_back({.id = id, .modseq = ModSeq::max(), .gone = true});
  reported_ = known_;
  return report;
}

}  // namespace postbag::storage
