// The results of a SORT that are kept in order while the mailbox changes. RFC 5267 section 4.3.
#pragma once

#include <cstddef>
#include <vector>

#include "core/range_set.h"
#include "core/slice.h"
#include "search/order/list_changes.h"
#include "search/order/sort_key.h"

namespace postbag::search {

/// Not for an order by relevancy, which is known only while a search runs. Holds no keys: where a message belongs
/// is found by looking at those it is compared with, about 17 among 100 000. Memory: 4 bytes a result. place_some()
/// runs on the account's worker, the rest on the loop, never at the same time.
class SortedList {
 public:
  /// `order`: as the client knows it.
  SortedList(const SortOrder& criteria, std::vector<Uid> order);

  const UidSet& uids() const { return uids_; }
  std::size_t size() const { return order_.size(); }

  /// Takes these out, as far as they are in.
  void remove(const UidSet& gone, ListChanges& changes);
  /// Puts in some of `waiting`, until `end` at most, and takes them from there; those that are not in the mailbox
  /// are passed over. First it removes what is no longer in the mailbox. False when the mailbox is gone.
  bool place_some(storage::ReadTransaction& tx, MailboxId mailbox, UidSet& waiting, SliceEnd end,
                  ListChanges& changes);

 private:
  void place(storage::ReadTransaction& tx, const MailboxId& mailbox, Uid uid, ListChanges& changes);

  SortOrder criteria_;
  std::vector<Uid> order_;
  UidSet uids_;  ///< the same
};

}  // namespace postbag::search
