// The limits by name: the only place that connects core/limits.h with the configuration and ServerOptions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/limits.h"

namespace postbag::server {

/// Sets the limit of that name (see postbag::known_limits()). Yields the error, or nothing when it was set.
std::optional<std::string> set_limit(Limits& limits, std::string_view name, std::uint64_t value);

}  // namespace postbag::server
