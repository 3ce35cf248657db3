// Reads passwords.
#pragma once

#include <optional>
#include <string>

namespace postbag::daemon {

/// The first line of stdin; on a terminal it is asked for twice, without echo. Nothing when it is empty, the two
/// differ, or stdin is at its end; the reason was reported then.
std::optional<std::string> read_password();

}  // namespace postbag::daemon
