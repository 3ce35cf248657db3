// A client that selects a mailbox gets its new messages as \Recent, and no other session does after it. Writing
// that down would make each SELECT wait for the disk, so it is remembered here and goes along with the next commit.
#include "storage/engine/recent_claims.h"

#include <algorithm>

namespace postbag::storage {

MailboxState RecentClaims::state_of(const OpenMailbox& mailbox) const {
  auto state = mailbox.state();
  const auto claim = claimed_.find(mailbox.id());
  // A claim may lie above uid_next when the body that brought those messages was rolled back after it.
  if (claim != claimed_.end())
    state.first_recent = std::min(std::max(state.first_recent, claim->second), state.uid_next);
  return state;
}

std::optional<UidRange> RecentClaims::claim(const OpenMailbox& mailbox) {
  const auto state = state_of(mailbox);
  if (state.first_recent >= state.uid_next) return std::nullopt;
  claimed_.insert_or_assign(mailbox.id(), state.uid_next);
  return UidRange{state.first_recent, state.uid_next.previous()};
}

void RecentClaims::save(MailboxCache& mailboxes, Tables& tables) const {
  for (const auto& [id, uid] : claimed_) {
    auto* mailbox = mailboxes.open(id);
    if (mailbox == nullptr) continue;
    mailbox->set_first_recent(state_of(*mailbox).first_recent);
    tables.mailboxes.save_first_recent(id, mailbox->state().first_recent);
  }
}

}  // namespace postbag::storage
