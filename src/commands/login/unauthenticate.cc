// UNAUTHENTICATE. RFC 8437.

#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

/// The mailbox is left without expunging, and the session reports nothing of it any more. Section 3.
async::Task<Reply> handle(Client& client, grammar::Unauthenticate) {
  client.log({LogEvent::Level::info, "unauthenticated", client.user(), {}});
  client.unselect();
  client.notify().stop();
  client.connection().plan(ClientConnection::Change::new_client);
  co_return Reply::ok("UNAUTHENTICATE completed");
}

}  // namespace postbag
