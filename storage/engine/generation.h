// Whether what is in memory is still what the account holds: another process may have committed.
#pragma once

#include <cstdint>
#include <span>

#include "storage/engine/mailbox_cache.h"
#include "storage/engine/tables.h"
#include "storage/mail.h"

namespace postbag::storage {

/// The account's generation, as it is in memory.
class Generation {
 public:
  /// Both must outlive it.
  Generation(Tables& tables, MailboxCache& mailboxes) : tables_(tables), mailboxes_(mailboxes) {}

  /// At the start of each transaction: what is in memory goes when the account has another generation.
  void compare();
  /// The last statement of a commit that changes something.
  void raise(const AccountTotals& difference, bool names_changed);
  /// It is committed.
  void raised();
  /// See Store::external_change. Within a transaction.
  CommitReport external_change(std::span<const MailboxId> watched);

 private:
  Tables& tables_;
  MailboxCache& mailboxes_;
  std::uint64_t known_ = 0;     ///< that of what is in memory
  std::uint64_t reported_ = 0;  ///< the commits up to this one were reported
};

}  // namespace postbag::storage
