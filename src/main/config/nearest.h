// "Did you mean ...?"
#pragma once

#include <string_view>
#include <vector>

namespace postbag::daemon {

/// The one of `known` that takes the fewest changed, added or dropped letters to become `word`; empty when none is
/// near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace postbag::daemon
