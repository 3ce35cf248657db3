// How the results of a search change, step by step. RFC 5267 sections 4.3.2 to 4.3.4.
#pragma once

#include <cstdint>
#include <vector>

#include "core/numbers.h"
#include "core/range_set.h"

namespace postbag::search {

/// Results that came to a place of the list, or went from there, in the order of the list.
struct ListChange {
  enum class Kind : std::uint8_t { added, removed };
  Kind kind;
  /// From 1, once all changes before this one are made; 0: wherever their numbers belong.
  std::uint64_t position;
  std::vector<Uid> uids;
};
using ListChanges = std::vector<ListChange>;

/// Adds one result's change, to the last step where it continues that.
void add_change(ListChanges& changes, ListChange::Kind kind, std::uint64_t position, Uid uid);
/// Adds a change of a set, in which everything is at place 0. Nothing for an empty one.
void add_changes(ListChanges& changes, ListChange::Kind kind, const UidSet& uids);

}  // namespace postbag::search
