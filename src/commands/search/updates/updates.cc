#include "commands/search/updates/updates.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <utility>

#include "commands/handlers.h"
#include "commands/search/updates/arrival_fetches.h"
#include "commands/search/updates/changes_response.h"
#include "commands/search/updates/refresh.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

/// What one search may make us hold: a megabyte, of a set or of an order.
constexpr std::size_t most_ranges = 125'000;
constexpr std::size_t most_sorted = 250'000;

struct IsTooLarge {
  bool operator()(const UidSet& found) const { return found.ranges().size() > most_ranges; }
  bool operator()(const search::SortedList& found) const { return found.size() > most_sorted; }
};
bool is_too_large(const UpdatedSearch& search) { return std::visit(IsTooLarge{}, search.results); }

bool has_tag(const std::vector<UpdatedSearch>& searches, std::string_view tag) {
  return std::ranges::find(searches, tag, &UpdatedSearch::tag) != searches.end();
}

/// Whether one more is too much to hold, or to merge the data items of.
bool exceeds(const Limits& limits, const std::vector<UpdatedSearch>& searches, const SearchReturn& more) {
  std::size_t items = more.update_items.size();
  std::size_t bytes = more.command_bytes;
  for (const UpdatedSearch& search : searches) {
    items += search.request.wanted.update_items.size();
    bytes += search.request.wanted.command_bytes;
  }
  return searches.size() >= limits.search_updates || items > most_fetch_items || bytes > limits.search_arguments;
}

void drop_too_large(Client& client, std::vector<UpdatedSearch>& searches) {
  for (const UpdatedSearch& search : searches)
    if (is_too_large(search)) refuse_update(client, search.tag(), "Too many results");
  std::erase_if(searches, is_too_large);
}

UpdatedSearch updated_search(SearchRequest request, std::variant<UidSet, std::vector<Uid>> found) {
  if (auto* set = std::get_if<UidSet>(&found)) return {std::move(request), std::move(*set)};
  search::SortedList list(request.order, std::get<std::vector<Uid>>(std::move(found)));
  return {std::move(request), std::move(list)};
}

UidSet added_by(const search::ListChanges& changes) {
  UidSet out;
  for (const search::ListChange& change : changes)
    if (change.kind == search::ListChange::Kind::added)
      for (const Uid uid : change.uids) out.add(uid);
  return out;
}

}  // namespace

std::optional<Reply> tag_in_use(const Client& client, std::string_view tag, const SearchReturn& wanted) {
  const auto* updates = client.followers().find<UpdatedSearches>();
  if (!wanted.update || updates == nullptr || !has_tag(updates->searches, tag)) return std::nullopt;
  return Reply::bad("The tag is in use for another UPDATE");
}

void keep_updated(Client& client, SearchRequest request, std::variant<UidSet, std::vector<Uid>> found) {
  if (search::is_by_relevancy(request.order))
    return refuse_update(client, request.tag, "Not possible in order of relevancy");
  std::vector<UpdatedSearch>& searches = client.followers().get<UpdatedSearches>(client).searches;
  if (exceeds(client.context().limits, searches, request.wanted))
    return refuse_update(client, request.tag, "Too many updated searches");
  searches.push_back(updated_search(std::move(request), std::move(found)));
  drop_too_large(client, searches);
}

void refuse_update(Client& client, std::string_view tag, std::string_view words) {
  // A quoted string, section 5: what a tag is made of needs no more.
  client.respond().raw("* NO [NOUPDATE \"").raw(tag).raw("\"] ").text(words).crlf();
}

void refuse_updates_by_number(Client& client) {
  auto* updates = client.followers().find<UpdatedSearches>();
  if (updates == nullptr) return;
  const auto is_by_number = [](const UpdatedSearch& search) { return search.request.by_uid == ByUid::no; };
  for (const UpdatedSearch& search : updates->searches)
    if (is_by_number(search)) refuse_update(client, search.tag(), "UIDONLY is enabled");
  std::erase_if(updates->searches, is_by_number);
}

void fetch_of_new(Client& client, FetchItems items) {
  if (auto* updates = client.followers().find<UpdatedSearches>())
    updates->items_of_new = std::move(items);
  else if (!items.empty())
    client.followers().get<UpdatedSearches>(client).items_of_new = std::move(items);
}

void UpdatedSearches::before_removals(const UidSet& vanished) {
  for (UpdatedSearch& search : searches) {
    search::ListChanges changes;
    remove(search, vanished, changes);
    respond_changes(client_, search.request, changes);
  }
}

async::Task<void> UpdatedSearches::after_changes(const SelectedChanges& changes) {
  ArrivalFetches fetches;
  fetches.add(changes.arrived, items_of_new);
  const std::vector<search::ListChanges> found = co_await refresh_all(client_, searches, changes.changed);
  for (std::size_t i = 0; i < found.size(); ++i)
    fetches.add(added_by(found[i]).intersect(changes.arrived), searches[i].request.wanted.update_items);
  std::exception_ptr failure;  // of FETCH: the results have changed all the same
  try {
    co_await fetches.send(client_);
  } catch (...) {
    failure = std::current_exception();
  }
  for (std::size_t i = 0; i < found.size(); ++i) respond_changes(client_, searches[i].request, found[i]);
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
  std::erase_if(updates->searches, [&tags](const UpdatedSearch& search) {
    return std::ranges::find(tags, search.tag()) != tags.end();
  });
  co_return Reply::ok("CANCELUPDATE completed");
}

}  // namespace postbag
