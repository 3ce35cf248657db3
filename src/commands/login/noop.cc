// NOOP and CHECK.

#include "commands/handlers.h"

namespace postbag {

// RFC 9051 section 6.1.2. The session reports what is new before every tagged line.
async::Task<Reply> handle(Client&, grammar::Noop) { co_return Reply::ok("NOOP completed"); }

// RFC 3501 section 6.4.1. Everything acknowledged is on disk already.
async::Task<Reply> handle(Client&, grammar::Check) { co_return Reply::ok("CHECK completed"); }

}  // namespace postbag
