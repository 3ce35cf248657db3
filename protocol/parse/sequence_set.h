// A sequence set as a value. RFC 9051 section 9 (sequence-set), RFC 5182 ("$").
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/range_set.h"

namespace postbag::protocol {

/// The set of numbers in a command, UIDs or sequence numbers, not yet resolved against a mailbox. Merged: its
/// memory grows with the number of runs.
class SequenceSet {
 public:
  /// `text` as the parser accepted it; nothing when it has more than `max_ranges` runs after merging. O(n log n).
  static std::optional<SequenceSet> from(std::string_view text, std::size_t max_ranges);

  /// True for "$", the saved result of a SEARCH; resolve() then yields the empty set.
  bool is_saved_result() const { return saved_; }
  /// True when it contains "*", alone or as an end of a range.
  bool has_star() const { return star_; }
  /// The largest number written in it; 0 when there is none. For RFC 9051's BAD on numbers beyond the mailbox.
  std::uint32_t largest() const { return largest_; }

  /// The numbers, with `highest` for "*": 5:* contains `highest` even when that is below 5. When `highest` is
  /// nothing (an empty mailbox), "*" and its ranges contain nothing. Numbers above `highest` are kept.
  template <class N>
  RangeSet<N> resolve(std::optional<N> highest) const {
    RangeSet<N> out;
    for (const auto& r : plain_.ranges()) out.add(Range<N>{N(r.first.value()), N(r.last.value())});
    if (star_ && highest)
      out.add(Range<N>{std::min(N(star_low_.value_or(highest->value())), *highest),
                       std::max(N(star_high_.value_or(highest->value())), *highest)});
    return out;
  }

  bool operator==(const SequenceSet&) const = default;

 private:
  using Plain = Number<struct SequenceSetTag, std::uint32_t, 0xffff'ffffU>;

  /// A range between "*" and `other`; nothing: "*" alone.
  void add_star(std::optional<std::uint32_t> other);

  RangeSet<Plain> plain_;
  bool star_ = false;
  /// The lowest and highest other ends of ranges with "*"; all these ranges meet at "*", so two are enough.
  std::optional<std::uint32_t> star_low_, star_high_;
  std::uint32_t largest_ = 0;
  bool saved_ = false;
};

}  // namespace postbag::protocol
