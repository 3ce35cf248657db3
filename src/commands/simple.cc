// Commands that do little: NOOP, CHECK, LOGOUT, ID, ENABLE, NAMESPACE.

#include <string_view>

#include "commands/handlers.h"
#include "core/ascii.h"
#include "session/session.h"

namespace postbag {

// RFC 9051 section 6.1.2. What is new is told by the session before every tagged line.
async::Task<Reply> handle(Session&, grammar::Noop) { co_return Reply::ok("NOOP completed"); }

// RFC 3501 section 6.4.1. Everything acknowledged is on disk already.
async::Task<Reply> handle(Session&, grammar::Check) { co_return Reply::ok("CHECK completed"); }

// RFC 9051 section 6.1.3: BYE comes before the tagged OK.
async::Task<Reply> handle(Session& session, grammar::Logout) {
  session.respond().raw("* BYE Logging out").crlf();
  session.log_out();
  co_return Reply::ok("LOGOUT completed");
}

// RFC 2971 section 3.1. What the client says of itself is not kept.
async::Task<Reply> handle(Session& session, grammar::Id) {
  session.respond().raw("* ID (\"name\" \"postbag\")").crlf();
  co_return Reply::ok("ID completed");
}

// RFC 5161 section 3.1: unknown names are passed over, and only what was enabled now is named.
async::Task<Reply> handle(Session& session, grammar::Enable enable) {
  bool rev2_now = false;
  for (const auto name : enable.capability())
    rev2_now = rev2_now || (ascii_iequal(name.text(), "IMAP4rev2") && !session.rev2());
  if (rev2_now) session.enable_rev2();
  session.respond().raw(rev2_now ? "* ENABLED IMAP4rev2" : "* ENABLED").crlf();
  co_return Reply::ok("ENABLE completed");
}

// RFC 9051 section 6.3.10. One personal namespace.
async::Task<Reply> handle(Session& session, grammar::NamespaceCommand) {
  session.respond().raw("* NAMESPACE ((\"\" \"/\")) NIL NIL").crlf();
  co_return Reply::ok("NAMESPACE completed");
}

}  // namespace postbag
