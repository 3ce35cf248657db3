// Texts that are divided by a character, read from left to right.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace postbag {

/// Takes the text before the first `end` off the front of `rest`, and `end` with it; all of `rest` when there is
/// none.
constexpr std::string_view take_until(std::string_view& rest, char end) {
  const std::string_view taken = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
  return taken;
}

/// The same of what has to be there: nothing, and nothing is taken, when there is no `end`.
constexpr std::optional<std::string_view> take_ended_by(std::string_view& rest, char end) {
  return rest.contains(end) ? std::optional(take_until(rest, end)) : std::nullopt;
}

}  // namespace postbag
