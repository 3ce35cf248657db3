// The mailboxes that are in memory, with their decoded pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "storage/engine/open_mailbox.h"
#include "storage/engine/tables.h"

namespace postbag::storage {

/// What it holds equals what the running transaction sees. A rollback calls forget() or clear(), and the
/// next use reads the rows again.
class MailboxCache {
 public:
  /// `most_bytes`: see trim(). `tables` must outlive it.
  MailboxCache(Tables& tables, std::size_t most_bytes) : tables_(tables), most_bytes_(most_bytes) {}

  /// The mailbox; null when none has that id. Valid until it is forgotten.
  OpenMailbox* open(MailboxId id);
  /// The same, null also when it is not in memory.
  OpenMailbox* find(MailboxId id);
  void forget(MailboxId id) { cached_.erase(id); }
  void clear() { cached_.clear(); }
  /// Frees memory above the budget, the longest unused first. Not within a transaction.
  void trim();

 private:
  struct Cached {
    std::unique_ptr<OpenMailbox> mailbox;
    std::uint64_t used = 0;
  };

  Tables& tables_;
  std::size_t most_bytes_;
  std::unordered_map<MailboxId, Cached> cached_;
  std::uint64_t loads_ = 0;  ///< pages decoded so far
  std::uint64_t uses_ = 0;
  std::uint64_t trimmed_at_ = 0;
};

}  // namespace postbag::storage
