// ENABLE. RFC 5161.

#include <array>
#include <string>
#include <string_view>

#include "commands/handlers.h"
#include "commands/search/updates/updates.h"
#include "core/ascii.h"
#include "session/client.h"

namespace postbag {

namespace {

struct EnableRow {
  grammar::CapabilityName capability;
  Feature feature;
};
constexpr auto enable_rows = std::to_array<EnableRow>({
    {grammar::CapabilityName::imap4rev2, Feature::imap4rev2},
    {grammar::CapabilityName::condstore, Feature::condstore},
    {grammar::CapabilityName::qresync, Feature::qresync},
    {grammar::CapabilityName::uidonly, Feature::uid_only},
    {grammar::CapabilityName::utf8_accept, Feature::utf8},
});

}  // namespace

// Section 3.1: unknown names are passed over, and only what was enabled now is named.
async::Task<Reply> handle(Client& client, grammar::Enable enable) {
  std::string enabled;
  Features now;
  for (const auto named : enable.capability())
    for (const EnableRow& row : enable_rows) {
      const std::string_view name = to_string(row.capability);
      if (!ascii_iequal(named.text(), name) || client.has(row.feature) || now.has(row.feature)) continue;
      now.add(row.feature);
      enabled.append(" ").append(name);
    }
  client.respond().raw("* ENABLED").raw(enabled).crlf();
  for (const EnableRow& row : enable_rows)
    if (now.has(row.feature)) client.enable(row.feature);
  if (now.has(Feature::uid_only)) refuse_updates_by_number(client);
  co_return Reply::ok("ENABLE completed");
}

}  // namespace postbag
