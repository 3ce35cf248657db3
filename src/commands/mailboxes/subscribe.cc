// SUBSCRIBE and UNSUBSCRIBE. RFC 9051 sections 6.3.7 and 6.3.8.

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

async::Task<Reply> handle(Client& client, grammar::Subscribe command) {
  const auto name = mailbox_name(client, command.mailbox().text());
  if (!name) co_return refusal(name.error());
  const auto done = co_await client.account().write([&](storage::Transaction& tx) { return tx.subscribe(*name); });
  if (!done) co_return refusal(done.error());
  client.notify().note_subscribed(*name, true);
  co_return Reply::ok("SUBSCRIBE completed");
}

async::Task<Reply> handle(Client& client, grammar::Unsubscribe command) {
  const auto name = mailbox_name(client, command.mailbox().text());
  if (!name) co_return refusal(name.error());
  const auto done = co_await client.account().write([&](storage::Transaction& tx) -> Result<bool> {
    tx.unsubscribe(*name);
    return true;
  });
  if (!done) co_return refusal(done.error());
  client.notify().note_subscribed(*name, false);
  co_return Reply::ok("UNSUBSCRIBE completed");
}

}  // namespace postbag
