// ID. RFC 2971.

#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

// Section 3.1. What the client says about itself is not kept.
async::Task<Reply> handle(Client& client, grammar::Id) {
  client.respond().raw("* ID (\"name\" \"postbag\")").crlf();
  co_return Reply::ok("ID completed");
}

}  // namespace postbag
