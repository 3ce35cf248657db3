#include "commands/search/search_updates.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "commands/fetch/fetch_run.h"
#include "commands/handlers.h"
#include "commands/search/search_found.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

using Kind = ResultChange::Kind;

/// What one search may make us hold: a megabyte, of a set or of an order.
constexpr std::size_t most_ranges = 125'000;
constexpr std::size_t most_sorted = 250'000;

struct IsTooLarge {
  bool operator()(const UidSet& found) const { return found.ranges().size() > most_ranges; }
  bool operator()(const SortedResults& found) const { return found.size() > most_sorted; }
};

const UidSet& uids_of(const UpdatedSearch& search) {
  if (const auto* sorted = std::get_if<SortedResults>(&search.results)) return sorted->uids();
  return std::get<UidSet>(search.results);
}

/// In a set all is at place 0: wherever it belongs.
void add_changes(ResultChanges& changes, Kind kind, const UidSet& uids) {
  if (uids.empty()) return;
  changes.push_back({.kind = kind, .position = 0, .uids = {}});
  uids.for_each([&changes](Uid uid) { changes.back().uids.push_back(uid); });
}

void remove(UpdatedSearch& search, const UidSet& gone, ResultChanges& changes) {
  if (auto* sorted = std::get_if<SortedResults>(&search.results)) return sorted->remove(gone, changes);
  UidSet& found = std::get<UidSet>(search.results);
  add_changes(changes, Kind::removed, found.intersect(gone));
  found = found.minus(gone);
}

async::Task<void> add(Client& client, UpdatedSearch& search, UidSet added, ResultChanges& changes) {
  if (auto* found = std::get_if<UidSet>(&search.results)) {
    add_changes(changes, Kind::added, added);
    found->add(added);
    co_return;
  }
  SortedResults& sorted = std::get<SortedResults>(search.results);
  bool there = true;
  while (there && !added.empty())
    there = co_await client.account().read(
        [&](storage::ReadTransaction& tx) { return sorted.place_some(tx, search.job.mailbox, added, changes); });
}

/// Those that the search may find now or find no more because time has passed.
async::Task<UidSet> aged(Client& client, const search::Job& job, std::int64_t now) {
  const UidSet& all = client.selected().view().uids();
  if (now < job.now) co_return all;  // the clock was set back
  FoundUids found;
  auto key = search::came_of_age(job.key, now - job.now);
  if (!key) co_return UidSet();
  const search::Job ages{
      .mailbox = job.mailbox, .key = std::move(*key), .recent = {}, .now = now, .candidates = all};
  co_await search::run(client.account(), ages, found);
  co_return std::move(found.uids);
}

/// Looks again at what changed.
async::Task<ResultChanges> refresh(Client& client, UpdatedSearch& search, const UidSet& changed) {
  const std::int64_t now = client.context().clock.now().seconds;
  UidSet looked_at = search::renew_sets(search.job.key, client.selected().view().last_uid());
  looked_at.add(changed);
  looked_at.add(co_await aged(client, search.job, now));
  looked_at = looked_at.intersect(client.selected().view().uids());
  search.job.recent = client.selected().recent();
  search.job.now = now;
  search.job.candidates = search::narrowed(search.job.key, looked_at);
  FoundUids found;
  ResultChanges changes;
  const bool there = co_await search::run(client.account(), search.job, found);
  if (!there) co_return changes;
  remove(search, looked_at.minus(found.uids), changes);
  co_await add(client, search, found.uids.minus(uids_of(search)), changes);
  co_return changes;
}

/// The mailbox may have another name by now. RFC 7377 section 2.1.
async::Task<void> renew_name(Client& client, UpdatedSearch& search) {
  if (!search.where) co_return;
  const MailboxId id = search.job.mailbox;
  if (auto name = co_await client.account().read([id](storage::ReadTransaction& tx) { return tx.name(id); }))
    search.where->name = std::move(*name);
}

/// What changed of each search, in their order. One that fails, since a message of it cannot be read, is kept no
/// more.
async::Task<std::vector<ResultChanges>> refresh_all(Client& client, std::vector<UpdatedSearch>& searches,
                                                    const UidSet& changed) {
  std::vector<ResultChanges> found;
  while (found.size() < searches.size()) {
    UpdatedSearch& search = searches[found.size()];
    try {
      ResultChanges changes = co_await refresh(client, search, changed);
      co_await renew_name(client, search);
      found.push_back(std::move(changes));
      continue;
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): below, where nothing is being thrown
    }
    refuse_update(client, search.tag, "The search failed");
    searches.erase(searches.begin() + static_cast<std::ptrdiff_t>(found.size()));
  }
  co_return found;
}

UidSet added_by(const ResultChanges& changes) {
  UidSet out;
  for (const ResultChange& change : changes)
    if (change.kind == Kind::added)
      for (const Uid uid : change.uids) out.add(uid);
  return out;
}

/// What is told of a message unasked: RFC 7162 sections 3.1 and 3.2.4, RFC 9051 section 7.5.2.
FetchItems told_items(const Client& client, FetchItems items) {
  if (!client.uid_only() && (client.rev2() || client.condstore())) add_uid(items);
  if (client.condstore()) add_modseq(items);
  return items;
}

/// What is to be fetched of which messages: each has one FETCH, whoever asked for it. RFC 5465 section 5.2.
class Wishes {
 public:
  void add(UidSet uids, const FetchItems& items) {
    if (items.empty()) return;
    std::vector<std::pair<UidSet, FetchItems>> apart;
    for (auto& [others, theirs] : wishes_) {
      const UidSet both = others.intersect(uids);
      if (both.empty()) continue;
      apart.emplace_back(both, together(theirs, items));
      others = others.minus(both);
      uids = uids.minus(both);
    }
    apart.emplace_back(std::move(uids), items);
    std::ranges::move(apart, std::back_inserter(wishes_));
    std::erase_if(wishes_, [](const auto& wish) { return wish.first.empty(); });
  }

  async::Task<void> fetch(Client& client) {
    for (auto& [uids, items] : wishes_) {
      FetchPlan plan = fetch_plan(client, std::move(uids), told_items(client, std::move(items)));
      co_await run_fetch(client, std::move(plan));
    }
  }

 private:
  static FetchItems together(FetchItems items, const FetchItems& more) {
    for (const FetchItem& item : more)
      if (std::ranges::find(items, item.label, &FetchItem::label) == items.end()) items.push_back(item);
    return items;
  }

  std::vector<std::pair<UidSet, FetchItems>> wishes_;  ///< no message is in two of them
};

const SearchedMailbox* where_of(const UpdatedSearch& search) { return search.where ? &*search.where : nullptr; }

bool has_tag(const std::vector<UpdatedSearch>& searches, std::string_view tag) {
  return std::ranges::find(searches, tag, &UpdatedSearch::tag) != searches.end();
}

/// Whether one more is too much to hold, or to merge the data items of.
bool exceeds(const Limits& limits, const std::vector<UpdatedSearch>& searches, const UpdatedSearch& more) {
  std::size_t items = more.items.size();
  std::size_t bytes = more.command_bytes;
  for (const UpdatedSearch& search : searches) {
    items += search.items.size();
    bytes += search.command_bytes;
  }
  return searches.size() >= limits.search_updates || items > most_fetch_items || bytes > limits.search_arguments;
}

void drop_too_large(Client& client, std::vector<UpdatedSearch>& searches) {
  for (const UpdatedSearch& search : searches)
    if (std::visit(IsTooLarge{}, search.results)) refuse_update(client, search.tag, "Too many results");
  std::erase_if(searches, [](const UpdatedSearch& search) { return std::visit(IsTooLarge{}, search.results); });
}

}  // namespace

std::optional<Reply> tag_in_use(const Client& client, std::string_view tag, const SearchReturn& wanted) {
  const auto* updates = client.followers().find<UpdatedSearches>();
  if (!wanted.update || updates == nullptr || !has_tag(updates->searches, tag)) return std::nullopt;
  return Reply::bad("The tag is in use for another UPDATE");
}

void keep_updated(Client& client, UpdatedSearch search) {
  std::vector<UpdatedSearch>& searches = client.followers().get<UpdatedSearches>(client).searches;
  if (exceeds(client.context().limits, searches, search))
    return refuse_update(client, search.tag, "Too many updated searches");
  searches.push_back(std::move(search));
  drop_too_large(client, searches);
}

void refuse_update(Client& client, std::string_view tag, std::string_view words) {
  // A quoted string, section 5: what a tag is made of needs no more.
  client.respond().raw("* NO [NOUPDATE \"").raw(tag).raw("\"] ").text(words).crlf();
}

void refuse_updates_by_number(Client& client) {
  auto* updates = client.followers().find<UpdatedSearches>();
  if (updates == nullptr) return;
  for (const UpdatedSearch& search : updates->searches)
    if (search.by_uid == ByUid::no) refuse_update(client, search.tag, "UIDONLY is enabled");
  std::erase_if(updates->searches, [](const UpdatedSearch& search) { return search.by_uid == ByUid::no; });
}

void fetch_of_new(Client& client, FetchItems items) {
  if (auto* updates = client.followers().find<UpdatedSearches>())
    updates->items_of_new = std::move(items);
  else if (!items.empty())
    client.followers().get<UpdatedSearches>(client).items_of_new = std::move(items);
}

void UpdatedSearches::before_removals(const UidSet& vanished) {
  for (UpdatedSearch& search : searches) {
    ResultChanges changes;
    remove(search, vanished, changes);
    respond_changes(client_, search.tag, search.by_uid, where_of(search), changes);
  }
}

async::Task<void> UpdatedSearches::after_changes(const SelectedChanges& changes) {
  Wishes wishes;
  wishes.add(changes.arrived, items_of_new);
  const std::vector<ResultChanges> found = co_await refresh_all(client_, searches, changes.changed);
  for (std::size_t i = 0; i < found.size(); ++i)
    wishes.add(added_by(found[i]).intersect(changes.arrived), searches[i].items);
  std::exception_ptr failure;  // of FETCH: the results have changed all the same
  try {
    co_await wishes.fetch(client_);
  } catch (...) {
    failure = std::current_exception();
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    respond_changes(client_, searches[i].tag, searches[i].by_uid, where_of(searches[i]), found[i]);
  drop_too_large(client_, searches);
  if (failure) std::rethrow_exception(failure);
}

/// CANCELUPDATE. Section 4.3.5. One unknown tag, and nothing is cancelled.
async::Task<Reply> handle(Client& client, grammar::Cancelupdate command) {
  std::vector<std::string> tags;
  for (const auto tag : command.quoted()) tags.push_back(protocol::string_value(tag.text()));
  auto* updates = client.followers().find<UpdatedSearches>();
  for (const std::string& tag : tags)
    if (updates == nullptr || !has_tag(updates->searches, tag))
      co_return Reply::no("No UPDATE search has that tag");
  std::erase_if(updates->searches,
                [&tags](const UpdatedSearch& search) { return std::ranges::find(tags, search.tag) != tags.end(); });
  co_return Reply::ok("CANCELUPDATE completed");
}

}  // namespace postbag
