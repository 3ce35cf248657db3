// Where passwords come from.
#pragma once

#include <optional>
#include <string>

namespace postbag::daemon {

/// The first line of stdin; on a terminal asked for twice, without echo. Nothing when it is empty, the two differ,
/// or stdin is at its end: then the reason was said.
std::optional<std::string> read_password();

}  // namespace postbag::daemon
