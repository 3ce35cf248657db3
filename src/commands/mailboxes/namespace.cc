// NAMESPACE. RFC 2342.

#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

// RFC 9051 section 6.3.10. One personal namespace.
async::Task<Reply> handle(Client& client, grammar::NamespaceCommand) {
  client.respond().raw("* NAMESPACE ((\"\" \"/\")) NIL NIL").crlf();
  co_return Reply::ok("NAMESPACE completed");
}

}  // namespace postbag
