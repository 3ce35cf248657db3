// Searches whose results the client keeps: what UPDATE asks for. RFC 5267 section 4.3, RFC 5465 section 7.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "async/task.h"
#include "commands/fetch/fetch_item.h"
#include "commands/search/prepare.h"
#include "commands/search/return_options.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "search/order/sorted_list.h"
#include "session/follower.h"
#include "session/reply.h"

namespace postbag {

/// One of them. Each message that changes is looked at again; the sequence numbers in the request mean what they
/// meant when the command came, RFC 5267 section 4.3.
struct UpdatedSearch {
  SearchRequest request;
  /// What the client knows: a set of SEARCH, an order of SORT.
  std::variant<UidSet, search::SortedList> results;

  const std::string& tag() const { return request.tag; }
};

/// Those of a client, as long as its mailbox is selected; and what NOTIFY wants fetched of new messages, since each
/// has one FETCH, whoever asked for it.
class UpdatedSearches final : public Follower {
 public:
  explicit UpdatedSearches(Client& client) : client_(client) {}

  bool needs_all_changes() const override { return !searches.empty(); }
  /// Reports which searches lose them.
  void before_removals(const UidSet& vanished) override;
  /// FETCH of what NOTIFY and UPDATE want of new messages, then what searches find now and what they find no
  /// longer. The order is RFC 5465 section 7's; section 5.2 has another, see erratum 4833.
  async::Task<void> after_changes(const SelectedChanges& changes) override;
  void mailbox_left() override { searches.clear(); }

  std::vector<UpdatedSearch> searches;
  FetchItems items_of_new;  ///< for NOTIFY. RFC 5465 section 5.2

 private:
  Client& client_;
};

/// From now on NOTIFY wants these of new messages in the selected mailbox; none: only EXISTS. RFC 5465 section 5.2.
void fetch_of_new(Client& client, FetchItems items);

/// BAD when UPDATE is wanted under a tag that is in use for one. Section 4.3.
std::optional<Reply> tag_in_use(const Client& client, std::string_view tag, const SearchReturn& wanted);

/// From now on the client learns when the results of `request`, in their order, change; when that is not possible,
/// it learns that. For a client in selected state. Section 4.3.1.
void keep_updated(Client& client, SearchRequest request, std::variant<UidSet, std::vector<Uid>> found);
/// UIDONLY was enabled: ends the updates that use sequence numbers. RFC 9586.
void refuse_updates_by_number(Client& client);
/// `* NO [NOUPDATE "tag"] words`. Section 4.3.1.
void refuse_update(Client& client, std::string_view tag, std::string_view words);

}  // namespace postbag
