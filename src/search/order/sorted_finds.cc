#include "search/order/sorted_finds.h"

#include <algorithm>
#include <utility>

namespace postbag::search {

namespace {

/// Messages sorted at once.
constexpr std::size_t run = 8192;

}  // namespace

SortedFinds::SortedFinds(const SortOrder& order) : order_(without_repeats(order)), width_(run) {}

void SortedFinds::take(const storage::Message& message, storage::ReadTransaction& tx, Relevancy relevancy) {
  if (is_too_much()) return;
  const std::size_t begin = keys_.size();
  append_sort_key(keys_, order_, message, tx, relevancy);
  found_.push_back({.key = begin,
                    .key_size = static_cast<std::uint32_t>(keys_.size() - begin),
                    .uid = message.uid,
                    .modseq = message.modseq.value(),
                    .relevancy = static_cast<std::uint8_t>(relevancy)});
}

void SortedFinds::arrange() {
  if (sorted_ >= found_.size()) {
    width_ *= 2;
    sorted_ = 0;
  }
  const std::size_t end = std::min(sorted_ + width_, found_.size());
  sort_run(sorted_, end);
  sorted_ = end;
}

/// From two sorted halves, or from nothing sorted in the first pass. What is taken comes rising by UID, and both
/// ways are stable.
void SortedFinds::sort_run(std::size_t begin, std::size_t end) {
  const auto less = [this](const Found& a, const Found& b) { return key(a) < key(b); };
  const auto at = [this](std::size_t i) { return found_.begin() + static_cast<std::ptrdiff_t>(i); };
  if (width_ == run) {
    std::stable_sort(at(begin), at(end), less);
  } else if (begin + width_ / 2 < end) {
    std::inplace_merge(at(begin), at(begin + width_ / 2), at(end), less);
  }
}

FoundModSeqs SortedFinds::modseqs() const {
  if (found_.empty()) return {};
  const auto highest = std::ranges::max_element(found_, {}, &Found::modseq);
  return {.first = found_.front().modseq, .last = found_.back().modseq, .highest = highest->modseq};
}

Results SortedFinds::results(bool with_scores) const {
  std::vector<Uid> uids;
  uids.reserve(found_.size());
  Scores scores;
  for (const Found& one : found_) {
    uids.push_back(one.uid);
    if (with_scores) scores.push_back(one.relevancy);
  }
  return {.uids = std::move(uids), .modseqs = modseqs(), .scores = std::move(scores)};
}

}  // namespace postbag::search
