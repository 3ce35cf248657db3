// Which session has seen which messages as \Recent, before that is written. RFC 3501 section 2.3.2.
#pragma once

#include <map>
#include <optional>

#include "storage/engine/mailbox_cache.h"

namespace postbag::storage {

/// The values of first_recent that are not in the database yet: reading must not write. They go along with the next
/// commit; lost, messages are recent once more, which the RFC allows.
class RecentClaims {
 public:
  /// The state with what was claimed.
  MailboxState state_of(const OpenMailbox& mailbox) const;
  /// See ReadTransaction::claim_recent.
  std::optional<UidRange> claim(const OpenMailbox& mailbox);

  bool empty() const { return claimed_.empty(); }
  /// Writes them, within a transaction.
  void save(MailboxCache& mailboxes, Tables& tables) const;
  /// They are committed.
  void clear() { claimed_.clear(); }
  void forget(MailboxId id) { claimed_.erase(id); }

 private:
  std::map<MailboxId, Uid> claimed_;
};

}  // namespace postbag::storage
