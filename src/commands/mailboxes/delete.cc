// DELETE. RFC 9051 section 6.3.5.

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

namespace {

/// Yields the mailbox that was removed.
Result<MailboxId> remove(storage::Transaction& tx, const MailboxName& name) {
  const auto id = tx.find(name);
  const auto removed = tx.remove(name);
  if (!removed) return std::unexpected(removed.error());
  return *id;
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Delete command) {
  const auto place = mailbox_place(client, command.mailbox().text());
  if (!place) co_return refusal(Error::no_such_mailbox);
  const auto removed =
      co_await place->account->write([&](storage::Transaction& tx) { return remove(tx, place->name); });
  if (!removed) co_return refusal(removed.error());
  client.notify().note_removed({place->account->id(), *removed}, place->name);
  co_return Reply::ok("DELETE completed");
}

}  // namespace postbag
