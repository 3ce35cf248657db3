#include "commands/search/updates/refresh.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

#include "commands/search/run.h"
#include "core/slice.h"
#include "search/found_set.h"
#include "session/client.h"

namespace postbag {

namespace {

using search::ListChanges;
using Kind = search::ListChange::Kind;

const UidSet& uids_of(const UpdatedSearch& search) {
  if (const auto* sorted = std::get_if<search::SortedList>(&search.results)) return sorted->uids();
  return std::get<UidSet>(search.results);
}

async::Task<void> add(Client& client, UpdatedSearch& search, UidSet added, ListChanges& changes) {
  if (auto* found = std::get_if<UidSet>(&search.results)) {
    search::add_changes(changes, Kind::added, added);
    found->add(added);
    co_return;
  }
  auto& sorted = std::get<search::SortedList>(search.results);
  const MailboxId mailbox = search.request.job.mailbox;
  bool exists = true;
  while (exists && !added.empty())
    exists = co_await client.selected().account().read(
        [&](storage::ReadTransaction& tx) { return sorted.place_some(tx, mailbox, added, slice_end(), changes); });
}

/// Those that the search may find now or find no more because time has passed.
async::Task<UidSet> aged(Client& client, const search::Job& job, std::int64_t now) {
  const UidSet& all = client.selected().view().uids();
  if (now < job.now) co_return all;  // the clock was set back
  auto key = search::came_of_age(job.key, now - job.now);
  if (!key) co_return UidSet();
  const search::Job ages{
      .mailbox = job.mailbox, .key = std::move(*key), .recent = {}, .now = now, .candidates = all};
  search::FoundSet found;
  co_await run_job(client.selected().account(), ages, found);
  co_return std::move(found).uids();
}

async::Task<ListChanges> refresh(Client& client, UpdatedSearch& search, const UidSet& changed) {
  search::Job& job = search.request.job;
  const std::int64_t now = client.context().clock.now().seconds;
  UidSet looked_at = search::renew_sets(job.key, client.selected().view().last_uid());
  looked_at.add(changed);
  looked_at.add(co_await aged(client, job, now));
  looked_at = looked_at.intersect(client.selected().view().uids());
  job.recent = client.selected().recent();
  job.now = now;
  job.candidates = search::narrow_uids(job.key, looked_at);
  search::FoundSet finds;
  ListChanges changes;
  const bool exists = co_await run_job(client.selected().account(), job, finds);
  if (!exists) co_return changes;
  const UidSet found = std::move(finds).uids();
  remove(search, looked_at.minus(found), changes);
  co_await add(client, search, found.minus(uids_of(search)), changes);
  co_return changes;
}

/// The mailbox may have another name by now. RFC 7377 section 2.1.
async::Task<void> renew_name(Client& client, SearchRequest& request) {
  if (!request.where) co_return;
  const MailboxId id = request.job.mailbox;
  auto name = co_await client.selected().account().read([id](storage::ReadTransaction& tx) { return tx.name(id); });
  if (name) request.where->name = std::move(*name);
}

}  // namespace

void remove(UpdatedSearch& search, const UidSet& gone, ListChanges& changes) {
  if (auto* sorted = std::get_if<search::SortedList>(&search.results)) return sorted->remove(gone, changes);
  UidSet& found = std::get<UidSet>(search.results);
  search::add_changes(changes, Kind::removed, found.intersect(gone));
  found = found.minus(gone);
}

async::Task<std::vector<ListChanges>> refresh_all(Client& client, std::vector<UpdatedSearch>& searches,
                                                  const UidSet& changed) {
  std::vector<ListChanges> found;
  while (found.size() < searches.size()) {
    UpdatedSearch& search = searches[found.size()];
    try {
      ListChanges changes = co_await refresh(client, search, changed);
      co_await renew_name(client, search.request);
      found.push_back(std::move(changes));
      continue;
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): below, where nothing is being thrown
    }
    refuse_update(client, search.tag(), "The search failed");
    searches.erase(searches.begin() + static_cast<std::ptrdiff_t>(found.size()));
  }
  co_return found;
}

}  // namespace postbag
