#include "commands/search/numbers.h"

#include <algorithm>

namespace postbag {

Numbers::Numbers(const View& view, const UidSet& uids, ByUid by_uid) {
  if (by_uid == ByUid::no) {
    ranges_ = view.seqs_of(uids).ranges();
    return;
  }
  ranges_.reserve(uids.ranges().size());
  for (const UidRange& range : uids.ranges())
    ranges_.push_back({SeqNum(range.first.value()), SeqNum(range.last.value())});
}

Numbers::Numbers(const View& view, const std::vector<Uid>& uids, ByUid by_uid) {
  for (const Uid uid : uids) {
    const auto seq = by_uid == ByUid::yes ? SeqNum(uid.value()) : view.seq_of(uid);
    if (seq) add({*seq, *seq});
  }
}

std::uint64_t Numbers::size() const {
  std::uint64_t out = 0;
  for (const SeqRange& range : ranges_) out += range.size();
  return out;
}

Numbers Numbers::at_places(std::uint64_t begin, std::uint64_t end) const {
  Numbers out;
  std::uint64_t before = 0;
  for (const SeqRange& range : ranges_) {
    const std::uint64_t from = std::max(begin, before);
    const std::uint64_t upto = std::min(end, before + range.size());
    const auto at = [&](std::uint64_t place) {
      return SeqNum(static_cast<std::uint32_t>(range.first.value() + (place - before)));
    };
    if (from < upto) out.ranges_.push_back({at(from), at(upto - 1)});
    before += range.size();
  }
  return out;
}

void Numbers::add(SeqRange range) {
  const bool continues = !ranges_.empty() && ranges_.back().last.value() + std::uint64_t{1} == range.first.value();
  if (continues)
    ranges_.back().last = range.last;
  else
    ranges_.push_back(range);
}

}  // namespace postbag
