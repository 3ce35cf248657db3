#include "protocol/parse/sequence_set.h"

#include <algorithm>
#include <vector>

#include "protocol/parse/values.h"

namespace postbag::protocol {

namespace {

/// One end of a range: a number, or nothing for "*".
std::optional<std::uint32_t> end_of(std::string_view text) {
  if (text == "*") return std::nullopt;
  return static_cast<std::uint32_t>(number_value(text, 0xffff'ffffU).value_or(0));
}

/// Takes the text before the next comma off the front.
std::string_view take_item(std::string_view& text) {
  const std::size_t comma = text.find(',');
  const std::string_view item = text.substr(0, comma);
  text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
  return item;
}

}  // namespace

std::optional<SequenceSet> SequenceSet::from(std::string_view text, std::size_t max_ranges) {
  SequenceSet set;
  set.saved_ = text == "$";
  if (set.saved_) return set;
  std::vector<Range<Plain>> ranges;
  while (!text.empty()) {
    const std::string_view item = take_item(text);
    const std::size_t colon = item.find(':');
    const auto a = end_of(item.substr(0, colon));
    const auto b = colon == item.npos ? a : end_of(item.substr(colon + 1));
    set.largest_ = std::max({set.largest_, a.value_or(0), b.value_or(0)});
    if (a && b)
      ranges.push_back({Plain(std::min(*a, *b)), Plain(std::max(*a, *b))});
    else
      set.add_star(a ? a : b);
  }
  // Sorted first, so that adding is fast for any order that the client chose.
  std::ranges::sort(ranges, {}, &Range<Plain>::first);
  for (const auto& r : ranges) set.plain_.add(r);
  if (set.plain_.ranges().size() > max_ranges) return std::nullopt;
  return set;
}

void SequenceSet::add_star(std::optional<std::uint32_t> other) {
  star_ = true;
  if (!other) return;
  star_low_ = std::min(star_low_.value_or(*other), *other);
  star_high_ = std::max(star_high_.value_or(*other), *other);
}

}  // namespace postbag::protocol
