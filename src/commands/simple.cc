// Commands that do little: NOOP, CHECK, LOGOUT, ID, ENABLE, NAMESPACE.

#include <array>
#include <string>
#include <string_view>

#include "commands/handlers.h"
#include "commands/search_updates.h"
#include "core/ascii.h"
#include "session/session.h"

namespace postbag {

namespace {

struct EnableRow {
  std::string_view name;
  Feature feature;
};
constexpr auto enable_rows = std::to_array<EnableRow>({
    {"IMAP4rev2", Feature::imap4rev2},
    {"CONDSTORE", Feature::condstore},
    {"QRESYNC", Feature::qresync},
    {"UIDONLY", Feature::uid_only},
});

}  // namespace

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
  std::string enabled;
  Features now;
  for (const auto named : enable.capability())
    for (const EnableRow& row : enable_rows) {
      if (!ascii_iequal(named.text(), row.name) || session.has(row.feature) || now.has(row.feature)) continue;
      now.add(row.feature);
      enabled.append(" ").append(row.name);
    }
  session.respond().raw("* ENABLED").raw(enabled).crlf();
  for (const EnableRow& row : enable_rows)
    if (now.has(row.feature)) session.enable(row.feature);
  if (now.has(Feature::uid_only)) refuse_updates_by_number(session);
  co_return Reply::ok("ENABLE completed");
}

// RFC 9051 section 6.3.10. One personal namespace.
async::Task<Reply> handle(Session& session, grammar::NamespaceCommand) {
  session.respond().raw("* NAMESPACE ((\"\" \"/\")) NIL NIL").crlf();
  co_return Reply::ok("NAMESPACE completed");
}

}  // namespace postbag
