#include "commands/search_updates.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "commands/fetch_run.h"
#include "commands/handlers.h"
#include "commands/search_found.h"
#include "protocol/parse/values.h"
#include "session/session.h"

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

async::Task<void> add(Session& session, UpdatedSearch& search, UidSet added, ResultChanges& changes) {
  if (auto* found = std::get_if<UidSet>(&search.results)) {
    add_changes(changes, Kind::added, added);
    found->add(added);
    co_return;
  }
  SortedResults& sorted = std::get<SortedResults>(search.results);
  bool there = true;
  while (there && !added.empty())
    there = co_await session.account().read(
        [&](storage::ReadTransaction& tx) { return sorted.place_some(tx, search.job.mailbox, added, changes); });
}

/// Looks again at what changed.
async::Task<ResultChanges> refresh(Session& session, UpdatedSearch& search, const UidSet& changed) {
  const Selected& selected = session.selected();
  UidSet looked_at = search::renew_sets(search.job.key, selected.view.last_uid());
  looked_at.add(changed);
  looked_at =
      search::depends_on_time(search.job.key) ? selected.view.uids() : looked_at.intersect(selected.view.uids());
  search.job.recent = selected.recent;
  search.job.now = session.context().clock.now().seconds;
  search.job.candidates = search::narrowed(search.job.key, looked_at);
  FoundUids found;
  ResultChanges changes;
  const bool there = co_await search::run(session.account(), search.job, found);
  if (!there) co_return changes;
  remove(search, looked_at.minus(found.uids), changes);
  co_await add(session, search, found.uids.minus(uids_of(search)), changes);
  co_return changes;
}

UidSet added_by(const ResultChanges& changes) {
  UidSet out;
  for (const ResultChange& change : changes)
    if (change.kind == Kind::added)
      for (const Uid uid : change.uids) out.add(uid);
  return out;
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

  async::Task<void> fetch(Session& session) {
    for (auto& [uids, items] : wishes_) {
      FetchPlan plan = fetch_plan(session, std::move(uids), std::move(items));
      co_await run_fetch(session, std::move(plan));
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

void drop_too_large(Session& session, std::vector<UpdatedSearch>& searches) {
  for (const UpdatedSearch& search : searches)
    if (std::visit(IsTooLarge{}, search.results)) refuse_update(session, search.tag, "Too many results");
  std::erase_if(searches, [](const UpdatedSearch& search) { return std::visit(IsTooLarge{}, search.results); });
}

}  // namespace

std::optional<Reply> tag_in_use(const Session& session, std::string_view tag, const SearchReturn& wanted) {
  if (!wanted.update || !session.has_selected() || !session.selected().updates) return std::nullopt;
  const auto& searches = session.selected().updates->searches;
  if (std::ranges::find(searches, tag, &UpdatedSearch::tag) == searches.end()) return std::nullopt;
  return Reply::bad("The tag is in use for another UPDATE");
}

void keep_updated(Session& session, UpdatedSearch search) {
  auto& updates = session.selected().updates;
  if (!updates) updates = std::make_shared<UpdatedSearches>();
  if (updates->searches.size() >= session.context().limits.search_updates)
    return refuse_update(session, search.tag, "Too many updated searches");
  if (session.condstore() && !search.items.empty()) add_modseq(search.items);  // RFC 7162 section 3.2.4
  updates->searches.push_back(std::move(search));
  drop_too_large(session, updates->searches);
}

void refuse_update(Session& session, std::string_view tag, std::string_view words) {
  session.respond().raw("* NO [NOUPDATE ").string(tag).raw("] ").text(words).crlf();
}

void tell_lost(Session& session, const UidSet& vanished) {
  if (!session.selected().updates) return;
  for (UpdatedSearch& search : session.selected().updates->searches) {
    ResultChanges changes;
    remove(search, vanished, changes);
    respond_changes(session, search.tag, search.by_uid, where_of(search), changes);
  }
}

async::Task<void> tell_found(Session& session, SelectedChanges changes) {
  const auto updates = session.selected().updates;
  Wishes wishes;
  if (const auto items = session.notify().selected().items) wishes.add(changes.arrived, *items);
  std::vector<ResultChanges> found;
  if (updates) {
    for (UpdatedSearch& search : updates->searches) {
      found.push_back(co_await refresh(session, search, changes.changed));
      wishes.add(added_by(found.back()).intersect(changes.arrived), search.items);
    }
  }
  co_await wishes.fetch(session);
  if (!updates) co_return;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const UpdatedSearch& search = updates->searches[i];
    respond_changes(session, search.tag, search.by_uid, where_of(search), found[i]);
  }
  drop_too_large(session, updates->searches);
}

/// CANCELUPDATE. Section 4.3.5. One unknown tag, and nothing is cancelled.
async::Task<Reply> handle(Session& session, grammar::Cancelupdate command) {
  std::vector<std::string> tags;
  for (const auto tag : command.quoted()) tags.push_back(protocol::string_value(tag.text()));
  const auto updates = session.selected().updates;
  for (const std::string& tag : tags)
    if (!updates || std::ranges::find(updates->searches, tag, &UpdatedSearch::tag) == updates->searches.end())
      co_return Reply::no("No search with that tag is updated");
  std::erase_if(updates->searches,
                [&tags](const UpdatedSearch& search) { return std::ranges::find(tags, search.tag) != tags.end(); });
  co_return Reply::ok("CANCELUPDATE completed");
}

}  // namespace postbag
