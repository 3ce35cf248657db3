#include "session/access/mailbox_access.h"

#include <cassert>

#include "session/account/account.h"

namespace postbag {

MailboxAccess::MailboxAccess(Principal principal, std::shared_ptr<Account> home)
    : principal_(std::move(principal)), home_(std::move(home)) {
  assert(principal_.account == home_->id());
}

}  // namespace postbag
