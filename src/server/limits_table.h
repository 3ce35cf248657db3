// The limits by name: the one place that ties core/limits.h to the configuration and to ServerOptions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/limits.h"

namespace postbag::server {

/// Sets the limit of that name (see postbag::known_limits()). Yields what is wrong, or nothing when it was set.
std::optional<std::string> set_limit(Limits& limits, std::string_view name, std::uint64_t value);

}  // namespace postbag::server
