// Whether what is in memory is still what the account holds: another process may have committed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "storage/engine/mailbox_cache.h"
#include "storage/engine/tables.h"
#include "storage/mail.h"

namespace postbag::storage {

/// The number of the last commit that changed a mailbox or a name, as it is in memory.
class Generation {
 public:
  /// Both must outlive it.
  Generation(Tables& tables, MailboxCache& mailboxes) : tables_(tables), mailboxes_(mailboxes) {}

  /// At the start of a transaction: what is in memory goes when somebody else has committed.
  void compare();
  /// That of the running commit. It has to be stored with each mailbox that the commit changes.
  std::uint64_t next() const { return known_ + 1; }
  /// The running commit changes names.
  void save_for_names();
  /// A commit that stored next() succeeded.
  void raised();
  /// See Store::external_change. Within a transaction.
  CommitReport external_change(std::span<const MailboxId> watched);

 private:
  Tables& tables_;
  MailboxCache& mailboxes_;
  std::optional<std::uint64_t> others_;  ///< Tables::commits_of_others() when that was looked up
  std::uint64_t known_ = 0;              ///< that of what is in memory
  std::uint64_t reported_ = 0;           ///< the commits up to this one were reported
};

}  // namespace postbag::storage
