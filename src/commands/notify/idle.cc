// IDLE. RFC 9051 section 6.3.13, RFC 2177.

#include <optional>
#include <string>

#include "commands/handlers.h"
#include "core/ascii.h"
#include "session/session.h"

namespace postbag {

async::Task<Reply> handle(Session& session, grammar::Idle) {
  const std::optional<std::string> line = co_await session.idle_line("idling");
  const bool done = line && ascii_iequal(*line, "DONE");
  co_return done ? Reply::ok("IDLE completed") : Reply::bad("Expected DONE");
}

}  // namespace postbag
