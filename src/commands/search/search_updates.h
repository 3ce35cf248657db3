// Searches whose results the client keeps: what UPDATE asks for. RFC 5267 section 4.3, RFC 5465 section 7.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "commands/fetch/fetch_item.h"
#include "commands/search/result_changes.h"
#include "commands/search/search_answer.h"
#include "commands/search/search_program.h"
#include "commands/search/search_run.h"
#include "commands/search/sorted_results.h"
#include "session/follower.h"

namespace postbag {

/// One of them. Each message that changes is looked at again; the sequence numbers in it mean what they meant when
/// the command came, RFC 5267 section 4.3.
struct UpdatedSearch {
  std::string tag;
  ByUid by_uid;
  search::Job job;
  std::size_t command_bytes;             ///< of the command that asked
  FetchItems items;                      ///< of messages that arrive and are found
  std::optional<SearchedMailbox> where;  ///< when ESEARCH asked
  /// What the client was told: a set of SEARCH, an order of SORT.
  std::variant<UidSet, SortedResults> results;
};

/// Those of a session, as long as its mailbox is selected; and what NOTIFY wants fetched of new messages, since
/// each has one FETCH, whoever asked for it.
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

/// From now on changes of its results are told; when there are too many, the client is told that they are not. For
/// a session in selected state. Section 4.3.1.
void keep_updated(Client& client, UpdatedSearch search);
/// UIDONLY was enabled: what was to be told by sequence numbers is told no more. RFC 9586.
void refuse_updates_by_number(Client& client);
/// `* NO [NOUPDATE "tag"] words`. Section 4.3.1.
void refuse_update(Client& client, std::string_view tag, std::string_view words);

}  // namespace postbag
