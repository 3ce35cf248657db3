// CREATE. RFC 9051 section 6.3.4.

#include "commands/handlers.h"
#include "commands/mailboxes/new_name.h"
#include "commands/object_id.h"
#include "session/session.h"

namespace postbag {

async::Task<Reply> handle(Session& session, grammar::Create command) {
  const auto name = new_mailbox_name(session, command.mailbox().text());
  if (!name) co_return name.error();
  const auto created = co_await session.account().write([&](storage::Transaction& tx) { return tx.create(*name); });
  if (!created) co_return refusal(created.error());
  session.notify().note_named(*created, {}, *name);
  co_return Reply::ok("CREATE completed", mailbox_id_code(*created));  // RFC 8474 section 4.1
}

}  // namespace postbag
