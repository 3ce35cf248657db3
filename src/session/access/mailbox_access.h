// What a client reaches: the one place where a name becomes a mailbox, on behalf of whoever asks.
#pragma once

#include <memory>
#include <utility>

#include "core/mailbox_name.h"
#include "session/access/principal.h"

namespace postbag {

class Account;

/// Where the mailbox of a name is, or would be.
struct Place {
  std::shared_ptr<Account> account;  ///< never null
  MailboxName name;                  ///< as the account calls it
};

/// Set once, at login. Loop thread only.
///
/// Today a principal has all rights in its own account and reaches no other. Shared mailboxes have their door here:
/// place_of() would recognise the prefix of another's namespace (RFC 2342), ask for the rights that the command
/// needs (RFC 4314 section 4), and refuse as if there were no such mailbox. To open another's account takes time:
/// then place_of() returns an async::Task, which its callers, all of them coroutines, await.
class MailboxAccess {
 public:
  /// `home` is the account of `principal`, never null.
  MailboxAccess(Principal principal, std::shared_ptr<Account> home);

  const Principal& principal() const { return principal_; }
  /// The principal's own account, whose names need no prefix: the personal namespace. Whoever goes over all
  /// mailboxes goes over those of this account. RFC 2342.
  Account& home() const { return *home_; }
  /// Where the mailbox is that the principal calls `name`. It need not exist.
  Place place_of(MailboxName name) const { return {home_, std::move(name)}; }

 private:
  Principal principal_;
  std::shared_ptr<Account> home_;
};

}  // namespace postbag
