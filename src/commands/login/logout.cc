// LOGOUT.

#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

// RFC 9051 section 6.1.3: BYE comes before the tagged OK.
async::Task<Reply> handle(Client& client, grammar::Logout) {
  client.respond().raw("* BYE Logging out").crlf();
  client.connection().end();
  co_return Reply::ok("LOGOUT completed");
}

}  // namespace postbag
