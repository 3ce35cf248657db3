// LOGOUT.

#include "commands/handlers.h"
#include "session/session.h"

namespace postbag {

// RFC 9051 section 6.1.3: BYE comes before the tagged OK.
async::Task<Reply> handle(Session& session, grammar::Logout) {
  session.respond().raw("* BYE Logging out").crlf();
  session.log_out();
  co_return Reply::ok("LOGOUT completed");
}

}  // namespace postbag
