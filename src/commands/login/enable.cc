// ENABLE. RFC 5161.

#include <array>
#include <string>
#include <string_view>

#include "commands/handlers.h"
#include "commands/search/search_updates.h"
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

// Section 3.1: unknown names are passed over, and only what was enabled now is named.
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

}  // namespace postbag
