// How the results of a search change, step by step, and how that is told. RFC 5267 sections 4.3.2 to 4.3.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "commands/arguments.h"
#include "commands/search/search_answer.h"
#include "core/numbers.h"

namespace postbag {

/// Results that came to a place of the list, or went from there, in the order of the list.
struct ResultChange {
  enum class Kind : std::uint8_t { added, removed };
  Kind kind;
  std::uint64_t position;  ///< from 1, when all changes before this one are made; 0: wherever their numbers belong
  std::vector<Uid> uids;
};
using ResultChanges = std::vector<ResultChange>;

/// Adds one result's change, to the last step where it goes on from there.
void add_change(ResultChanges& changes, ResultChange::Kind kind, std::uint64_t position, Uid uid);

/// `* ESEARCH (TAG "x") UID ADDTO (1 5,3)`, in lines of a size that clients can take. `where`: see
/// respond_extended(). Removed messages still have to be in the view. Nothing when there are no changes.
void respond_changes(Client& client, std::string_view tag, ByUid by_uid, const SearchedMailbox* where,
                     const ResultChanges& changes);

}  // namespace postbag
