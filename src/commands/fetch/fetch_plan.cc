#include "commands/fetch/fetch_plan.h"

#include <utility>

#include "session/session.h"

namespace postbag {

FetchPlan fetch_plan(const Session& session, UidSet uids, FetchItems items) {
  const Selected& selected = session.selected();
  FetchPlan plan{.mailbox = selected.id,
                 .uids = std::move(uids),
                 .runs = {},
                 .items = std::move(items),
                 .keywords = selected.keywords,
                 .recent = selected.recent,
                 .newly_seen = {},
                 .features = session.features(),
                 .charset = session.charset(),
                 .headers_used = session.context().limits.headers_used};
  plan.runs = selected.view.runs_of(plan.uids);
  return plan;
}

}  // namespace postbag
