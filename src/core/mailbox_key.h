// What names a mailbox among those of all accounts.
#pragma once

#include <compare>

#include "core/numbers.h"

namespace postbag {

/// A MailboxId means something only within its account, which a store and its transactions take for granted.
/// Whoever remembers a mailbox for longer than one transaction, or compares two, needs the account with it.
struct MailboxKey {
  AccountId account;
  MailboxId id;
  auto operator<=>(const MailboxKey&) const = default;
};

}  // namespace postbag
