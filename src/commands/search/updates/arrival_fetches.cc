#include "commands/search/updates/arrival_fetches.h"

#include <algorithm>
#include <iterator>

#include "commands/fetch/fetch_run.h"
#include "session/client.h"

namespace postbag {

namespace {

FetchItems together(FetchItems items, const FetchItems& more) {
  for (const FetchItem& item : more)
    if (std::ranges::find(items, item.label, &FetchItem::label) == items.end()) items.push_back(item);
  return items;
}

/// What a FETCH response has that no client asked for: RFC 7162 sections 3.1 and 3.2.4, RFC 9051 section 7.5.2.
FetchItems with_unasked_items(const Client& client, FetchItems items) {
  if (!client.uid_only() && (client.rev2() || client.condstore())) add_uid(items);
  if (client.condstore()) add_modseq(items);
  return items;
}

}  // namespace

void ArrivalFetches::add(UidSet uids, const FetchItems& items) {
  if (items.empty()) return;
  std::vector<std::pair<UidSet, FetchItems>> apart;
  for (auto& [others, theirs] : fetches_) {
    const UidSet both = others.intersect(uids);
    if (both.empty()) continue;
    apart.emplace_back(both, together(theirs, items));
    others = others.minus(both);
    uids = uids.minus(both);
  }
  apart.emplace_back(std::move(uids), items);
  std::ranges::move(apart, std::back_inserter(fetches_));
  std::erase_if(fetches_, [](const auto& fetch) { return fetch.first.empty(); });
}

async::Task<void> ArrivalFetches::send(Client& client) {
  for (auto& [uids, items] : fetches_) {
    FetchPlan plan = fetch_plan(client, std::move(uids), with_unasked_items(client, std::move(items)));
    co_await run_fetch(client, std::move(plan));
  }
}

}  // namespace postbag
