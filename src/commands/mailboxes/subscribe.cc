// SUBSCRIBE and UNSUBSCRIBE. RFC 9051 sections 6.3.7 and 6.3.8.

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

async::Task<Reply> handle(Client& client, grammar::Subscribe command) {
  const auto place = mailbox_place(client, command.mailbox().text());
  if (!place) co_return refusal(place.error());
  const auto done =
      co_await place->account->write([&](storage::Transaction& tx) { return tx.subscribe(place->name); });
  if (!done) co_return refusal(done.error());
  client.notify().note_subscribed(place->name, true);
  co_return Reply::ok("SUBSCRIBE completed");
}

async::Task<Reply> handle(Client& client, grammar::Unsubscribe command) {
  const auto place = mailbox_place(client, command.mailbox().text());
  if (!place) co_return refusal(place.error());
  const auto done = co_await place->account->write([&](storage::Transaction& tx) -> Result<bool> {
    tx.unsubscribe(place->name);
    return true;
  });
  if (!done) co_return refusal(done.error());
  client.notify().note_subscribed(place->name, false);
  co_return Reply::ok("UNSUBSCRIBE completed");
}

}  // namespace postbag
