// Sets of numbers that form long runs: UIDs of a mailbox, sequence sets. Always sorted, merged, disjoint.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "core/numbers.h"

namespace postbag {

/// A run of numbers, both ends included; first <= last.
template <class N>
struct Range {
  N first;
  N last;
  constexpr std::uint64_t size() const { return static_cast<std::uint64_t>(last.value()) - first.value() + 1; }
  constexpr bool contains(N n) const { return first <= n && n <= last; }
  constexpr bool operator==(const Range&) const = default;
};

/// A set of numbers, stored as sorted disjoint runs that do not touch. Its memory grows with the number of runs,
/// not of members.
template <class N>
class RangeSet {
 public:
  RangeSet() = default;
  RangeSet(std::initializer_list<Range<N>> ranges) {
    for (const auto& r : ranges) add(r);
  }

  bool empty() const { return ranges_.empty(); }
  void clear() { ranges_.clear(); }
  const std::vector<Range<N>>& ranges() const { return ranges_; }
  bool operator==(const RangeSet&) const = default;

  /// How many numbers are in the set. O(runs).
  std::uint64_t size() const {
    std::uint64_t n = 0;
    for (const auto& r : ranges_) n += r.size();
    return n;
  }
  /// The smallest and the largest number. The set must not be empty.
  N front() const { return ranges_.front().first; }
  N back() const { return ranges_.back().last; }

  /// O(log runs).
  bool contains(N n) const {
    const auto it = first_ending_at_or_after(n);
    return it != ranges_.end() && it->first <= n;
  }

  void add(N n) { add(Range<N>{n, n}); }
  /// O(1) when no run begins after r.first, as when numbers are added in rising order; else O(runs).
  void add(Range<N> r) {
    if (ranges_.empty() || lies_apart_after(ranges_.back(), r.first))
      ranges_.push_back(r);
    else if (Range<N>& last = ranges_.back(); last.first <= r.first)
      last.last = std::max(last.last, r.last);
    else
      unite(r);
  }
  /// O(runs of both).
  void add(const RangeSet& other) {
    std::vector<Range<N>> both;
    both.reserve(ranges_.size() + other.ranges_.size());
    std::ranges::merge(ranges_, other.ranges_, std::back_inserter(both), {}, &Range<N>::first, &Range<N>::first);
    ranges_.clear();
    for (const auto& r : both) add(r);
  }

  void remove(N n) { remove(Range<N>{n, n}); }
  void remove(Range<N> r) { *this = minus(RangeSet{r}); }

  /// Numbers in both sets. O(runs of both).
  RangeSet intersect(const RangeSet& other) const {
    RangeSet out;
    auto a = ranges_.begin();
    auto b = other.ranges_.begin();
    while (a != ranges_.end() && b != other.ranges_.end()) {
      const N first = std::max(a->first, b->first);
      const N last = std::min(a->last, b->last);
      if (first <= last) out.ranges_.push_back({first, last});
      if (a->last < b->last)
        ++a;
      else
        ++b;
    }
    return out;
  }

  /// Numbers of this set that are not in `other`. O(runs of both).
  RangeSet minus(const RangeSet& other) const {
    RangeSet out;
    auto b = other.ranges_.begin();
    for (Range<N> r : ranges_) {
      while (b != other.ranges_.end() && b->last < r.first) ++b;
      bool left = true;
      for (auto c = b; left && c != other.ranges_.end() && c->first <= r.last; ++c) {
        if (r.first < c->first) out.ranges_.push_back({r.first, c->first.previous()});
        left = c->last < r.last;
        if (left) r.first = c->last.next();
      }
      if (left) out.ranges_.push_back(r);
    }
    return out;
  }

  /// The numbers at positions [begin, end) of the rising order, as far as they exist. O(runs).
  RangeSet at_places(std::uint64_t begin, std::uint64_t end) const {
    RangeSet out;
    std::uint64_t before = 0;
    for (const auto& r : ranges_) {
      const std::uint64_t from = std::max(begin, before);
      const std::uint64_t upto = std::min(end, before + r.size());
      if (from < upto) out.ranges_.push_back({nth(r, from - before), nth(r, upto - 1 - before)});
      before += r.size();
    }
    return out;
  }

  /// Calls f(N) for each number in rising order.
  template <class F>
  void for_each(F&& f) const {
    for (const auto& r : ranges_)
      for (std::uint64_t v = r.first.value(); v <= r.last.value(); ++v) f(N(static_cast<typename N::rep>(v)));
  }

 private:
  /// True when `v` lies after x with a gap between, so that the two remain two runs.
  static bool lies_apart_after(const Range<N>& x, N v) { return v > x.last && v.value() - x.last.value() > 1; }
  /// The runs that overlap or touch r are replaced by their union with it.
  void unite(Range<N> r) {
    auto from = std::lower_bound(ranges_.begin(), ranges_.end(), r.first,
                                 [](const Range<N>& x, N v) { return lies_apart_after(x, v); });
    auto to = from;
    while (to != ranges_.end() && !lies_apart_after(r, to->first)) {
      r.first = std::min(r.first, to->first);
      r.last = std::max(r.last, to->last);
      ++to;
    }
    if (from == to) {
      ranges_.insert(from, r);
    } else {
      *from = r;
      ranges_.erase(std::next(from), to);
    }
  }
  static N nth(const Range<N>& r, std::uint64_t place) {
    return N(static_cast<typename N::rep>(r.first.value() + place));
  }
  auto first_ending_at_or_after(N n) const {
    return std::lower_bound(ranges_.begin(), ranges_.end(), n, [](const Range<N>& r, N v) { return r.last < v; });
  }

  std::vector<Range<N>> ranges_;
};

using UidRange = Range<Uid>;
using UidSet = RangeSet<Uid>;
using SeqRange = Range<SeqNum>;
using SeqSet = RangeSet<SeqNum>;

}  // namespace postbag
