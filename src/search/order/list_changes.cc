#include "search/order/list_changes.h"

namespace postbag::search {

void add_change(ListChanges& changes, ListChange::Kind kind, std::uint64_t position, Uid uid) {
  if (!changes.empty() && changes.back().kind == kind) {
    ListChange& last = changes.back();
    const bool continues =
        kind == ListChange::Kind::added ? position == last.position + last.uids.size() : position == last.position;
    if (continues) return last.uids.push_back(uid);
  }
  changes.push_back({.kind = kind, .position = position, .uids = {uid}});
}

void add_changes(ListChanges& changes, ListChange::Kind kind, const UidSet& uids) {
  if (uids.empty()) return;
  changes.push_back({.kind = kind, .position = 0, .uids = {}});
  uids.for_each([&changes](Uid uid) { changes.back().uids.push_back(uid); });
}

}  // namespace postbag::search
