// Adding messages to a mailbox named by a command: APPEND, COPY, MOVE, REPLACE.
#pragma once

#include <optional>
#include <type_traits>

#include "session/client.h"
#include "storage/transaction.h"

namespace postbag {

/// What `add(MailboxId)` yields, which adds messages to the mailbox at `place`; or Error::no_such_mailbox. `own`
/// gets the mailbox as it was before and after that, its uids are left to the caller. In the body of a transaction
/// of the place's account.
template <class Add>
std::invoke_result_t<Add&, MailboxId> add_to(storage::Transaction& tx, const Place& place,
                                             std::optional<OwnMessages>& own, Add add) {
  const auto mailbox = tx.find(place.name);
  if (!mailbox) return std::unexpected(Error::no_such_mailbox);
  own = OwnMessages{
      .mailbox = {place.account->id(), *mailbox}, .before = *tx.state(*mailbox), .after = {}, .uids = {}};
  auto added = add(*mailbox);
  own->after = *tx.state(*mailbox);
  return added;
}

}  // namespace postbag
