// "Did you mean ...?"
#pragma once

#include <string_view>
#include <vector>

namespace postbag::daemon {

/// Which of `known` takes the fewest letters to change, add or drop to become `word`; empty when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace postbag::daemon
