#include "commands/resynchronise.h"

#include <algorithm>
#include <utility>

namespace postbag {

namespace {

/// A stretch of the sample in which numbers and UIDs rise in step.
struct Stretch {
  SeqRange numbers;
  Uid first;
};

/// The sample as stretches, in rising order.
std::vector<Stretch> stretches(const SequenceMatch& sample) {
  std::vector<Stretch> out;
  auto numbers = sample.numbers.ranges();
  auto uids = sample.uids.ranges();
  for (std::size_t n = 0, u = 0; n < numbers.size() && u < uids.size();) {
    const auto length = static_cast<std::uint32_t>(std::min(numbers[n].size(), uids[u].size()));
    out.push_back({{numbers[n].first, SeqNum(numbers[n].first.value() + length - 1)}, uids[u].first});
    if (numbers[n].size() == length)
      ++n;
    else
      numbers[n].first = SeqNum(numbers[n].first.value() + length);
    if (uids[u].size() == length)
      ++u;
    else
      uids[u].first = Uid(uids[u].first.value() + length);
  }
  return out;
}

/// The highest UID of the stretch that has its number: within one run of the view all fit, or none.
std::optional<Uid> highest_match(const View& view, const Stretch& stretch) {
  std::optional<Uid> highest;
  const UidSet there = view.uids_of(SeqSet{stretch.numbers});
  for (const UidRange& run : there.ranges()) {
    const SeqNum number = *view.seq_of(run.first);
    const std::uint32_t in_stretch = number.value() - stretch.numbers.first.value();
    if (run.first.value() == std::uint64_t{stretch.first.value()} + in_stretch) highest = run.last;
  }
  return highest;
}

}  // namespace

Result<Missed> missed_since(const storage::ReadTransaction& tx, MailboxId mailbox, storage::Since since,
                            const UidSet& known) {
  auto changed = tx.changed_since(mailbox, since);
  if (!changed) return std::unexpected(changed.error());
  auto vanished = tx.vanished_since(mailbox, since, known);
  if (!vanished) return std::unexpected(vanished.error());
  return Missed{.changed = changed->intersect(known), .vanished = std::move(*vanished)};
}

std::optional<Uid> highest_match(const View& view, const SequenceMatch& sample) {
  std::optional<Uid> highest;
  for (const Stretch& stretch : stretches(sample))
    if (const auto match = highest_match(view, stretch)) highest = match;
  return highest;
}

}  // namespace postbag
