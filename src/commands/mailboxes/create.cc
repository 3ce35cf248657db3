// CREATE. RFC 9051 section 6.3.4.

#include "commands/handlers.h"
#include "commands/mailboxes/new_name.h"
#include "commands/object_id.h"
#include "session/client.h"

namespace postbag {

async::Task<Reply> handle(Client& client, grammar::Create command) {
  const auto name = new_mailbox_name(client, command.mailbox().text());
  if (!name) co_return name.error();
  const auto created = co_await client.account().write([&](storage::Transaction& tx) { return tx.create(*name); });
  if (!created) co_return refusal(created.error());
  client.notify().note_named(*created, {}, *name);
  co_return Reply::ok("CREATE completed", mailbox_id_code(*created));  // RFC 8474 section 4.1
}

}  // namespace postbag
