#include "commands/fetch/fetch_plan.h"

#include <utility>

#include "session/client.h"

namespace postbag {

FetchPlan fetch_plan(const Client& client, UidSet uids, FetchItems items) {
  const SelectedMailbox& selected = client.selected();
  FetchPlan plan{.mailbox = selected.key(),
                 .uids = std::move(uids),
                 .runs = {},
                 .items = std::move(items),
                 .keywords = selected.keywords(),
                 .recent = selected.recent(),
                 .newly_seen = {},
                 .features = client.features(),
                 .charset = client.charset(),
                 .headers_used = client.context().limits.headers_used};
  plan.runs = selected.view().runs_of(plan.uids);
  return plan;
}

}  // namespace postbag
