#include "session/selected/view.h"

#include <algorithm>

namespace postbag {

View::View(const UidSet& uids) : uids_(uids) { recount(); }

void View::recount() {
  before_.clear();
  before_.reserve(uids_.ranges().size());
  size_ = 0;
  for (const UidRange& run : uids_.ranges()) {
    before_.push_back(size_);
    size_ += static_cast<std::uint32_t>(run.size());
  }
}

std::optional<Uid> View::last_uid() const {
  if (empty()) return std::nullopt;
  return uids_.back();
}

std::optional<Uid> View::uid_of(SeqNum seq) const {
  if (seq.value() > size_) return std::nullopt;
  const auto after = std::ranges::upper_bound(before_, seq.value() - 1);
  const auto i = static_cast<std::size_t>(after - before_.begin()) - 1;
  return Uid(uids_.ranges()[i].first.value() + (seq.value() - 1 - before_[i]));
}

std::optional<SeqNum> View::seq_of(Uid uid) const {
  const auto& runs = uids_.ranges();
  const auto it = std::ranges::lower_bound(runs, uid, {}, &UidRange::last);
  if (it == runs.end() || uid < it->first) return std::nullopt;
  return SeqNum(before_[static_cast<std::size_t>(it - runs.begin())] + (uid.value() - it->first.value()) + 1);
}

UidSet View::uids_of(const SeqSet& seqs) const {
  UidSet out;
  const auto& runs = uids_.ranges();
  for (SeqRange seq : seqs.ranges()) {
    if (seq.first.value() > size_) break;
    const std::uint32_t last = std::min(seq.last.value(), size_);
    auto i =
        static_cast<std::size_t>(std::ranges::upper_bound(before_, seq.first.value() - 1) - before_.begin()) - 1;
    for (std::uint32_t at = seq.first.value(); at <= last; ++i) {
      const std::uint32_t in_run = at - 1 - before_[i];
      const auto rest = static_cast<std::uint32_t>(runs[i].size()) - in_run;
      const std::uint32_t take = std::min(rest, last - at + 1);
      const Uid first(runs[i].first.value() + in_run);
      out.add(UidRange{first, Uid(first.value() + take - 1)});
      at += take;
    }
  }
  return out;
}

std::vector<ViewRun> View::runs_of(const UidSet& uids) const {
  std::vector<ViewRun> out;
  const UidSet here = uids_.intersect(uids);
  for (const UidRange& run : here.ranges()) out.push_back({run, *seq_of(run.first)});
  return out;
}

SeqSet View::seqs_of(const UidSet& uids) const {
  SeqSet out;
  for (const ViewRun& run : runs_of(uids)) {
    const auto length = static_cast<std::uint32_t>(run.uids.size());
    out.add(SeqRange{run.first, SeqNum(run.first.value() + length - 1)});
  }
  return out;
}

void View::append(const UidSet& uids) {
  uids_.add(uids);
  recount();
}

std::vector<SeqNum> View::remove(const UidSet& uids) {
  std::vector<SeqNum> expunges;
  const SeqSet gone = seqs_of(uids);
  expunges.reserve(gone.size());
  gone.for_each([&expunges](SeqNum seq) {
    expunges.emplace_back(seq.value() - static_cast<std::uint32_t>(expunges.size()));
  });
  uids_ = uids_.minus(uids);
  recount();
  return expunges;
}

}  // namespace postbag
