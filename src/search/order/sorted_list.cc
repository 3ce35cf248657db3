#include "search/order/sorted_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/errors.h"

namespace postbag::search {

namespace {

using Kind = ListChange::Kind;

std::string key_of(storage::ReadTransaction& tx, MailboxId mailbox, Uid uid, const SortOrder& criteria) {
  const auto found = tx.messages(mailbox, UidSet{{uid, uid}}, 1);
  if (!found || found->messages.empty()) throw storage::Corrupt("a message disappeared while it was read");
  std::string key;
  append_sort_key(key, criteria, found->messages.front(), tx, 100);
  return key;
}

UidSet set_of(std::vector<Uid> uids) {
  std::ranges::sort(uids);
  UidSet out;
  for (const Uid uid : uids) out.add(uid);
  return out;
}

}  // namespace

SortedList::SortedList(const SortOrder& criteria, std::vector<Uid> order)
    : criteria_(without_repeats(criteria)), order_(std::move(order)), uids_(set_of(order_)) {}

void SortedList::remove(const UidSet& gone, ListChanges& changes) {
  if (gone.intersect(uids_).empty()) return;
  std::uint64_t kept = 0;
  std::erase_if(order_, [&](Uid uid) {
    const bool goes = gone.contains(uid);
    if (goes)
      add_change(changes, Kind::removed, kept + 1, uid);
    else
      ++kept;
    return goes;
  });
  uids_ = uids_.minus(gone);
}

bool SortedList::place_some(storage::ReadTransaction& tx, MailboxId mailbox, UidSet& waiting, SliceEnd end,
                            ListChanges& changes) {
  const auto existing = tx.uids(mailbox);
  if (!existing) return false;
  remove(uids_.minus(*existing), changes);
  waiting = waiting.intersect(*existing);
  while (!waiting.empty()) {
    const Uid uid = waiting.front();
    waiting.remove(uid);
    place(tx, mailbox, uid, changes);
    if (is_over(end)) break;
  }
  return true;
}

void SortedList::place(storage::ReadTransaction& tx, const MailboxId& mailbox, Uid uid, ListChanges& changes) {
  const std::string key = key_of(tx, mailbox, uid, criteria_);
  const auto at = std::ranges::partition_point(order_, [&](Uid other) {
    const std::string its = key_of(tx, mailbox, other, criteria_);
    return its != key ? its < key : other < uid;  // RFC 5256 section 3
  });
  add_change(changes, Kind::added, static_cast<std::uint64_t>(at - order_.begin()) + 1, uid);
  order_.insert(at, uid);
  uids_.add(uid);
}

}  // namespace postbag::search
