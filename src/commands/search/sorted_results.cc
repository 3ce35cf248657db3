#include "commands/search/sorted_results.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "storage/errors.h"

namespace postbag {

namespace {

using Kind = ResultChange::Kind;

constexpr std::chrono::milliseconds slice_time{20};

std::string key_of(storage::ReadTransaction& tx, MailboxId mailbox, Uid uid,
                   const std::vector<SortCriterion>& criteria) {
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

SortedResults::SortedResults(const std::vector<SortCriterion>& criteria, std::vector<Uid> order)
    : criteria_(without_repeats(criteria)), order_(std::move(order)), uids_(set_of(order_)) {}

void SortedResults::remove(const UidSet& gone, ResultChanges& changes) {
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

bool SortedResults::place_some(storage::ReadTransaction& tx, MailboxId mailbox, UidSet& waiting,
                               ResultChanges& changes) {
  const auto there = tx.uids(mailbox);
  if (!there) return false;
  remove(uids_.minus(*there), changes);
  waiting = waiting.intersect(*there);
  const auto end = std::chrono::steady_clock::now() + slice_time;
  while (!waiting.empty() && std::chrono::steady_clock::now() < end) {
    const Uid uid = waiting.front();
    waiting.remove(uid);
    place(tx, mailbox, uid, changes);
  }
  return true;
}

void SortedResults::place(storage::ReadTransaction& tx, const MailboxId& mailbox, Uid uid, ResultChanges& changes) {
  const std::string key = key_of(tx, mailbox, uid, criteria_);
  const auto at = std::ranges::partition_point(order_, [&](Uid other) {
    const std::string its = key_of(tx, mailbox, other, criteria_);
    return its != key ? its < key : other < uid;  // RFC 5256 section 3
  });
  add_change(changes, Kind::added, static_cast<std::uint64_t>(at - order_.begin()) + 1, uid);
  order_.insert(at, uid);
  uids_.add(uid);
}

}  // namespace postbag
