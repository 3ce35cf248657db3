// REPLACE and UID REPLACE, in two parts: before the message's literal is taken, and when the command is complete.
#pragma once

#include <cstdint>
#include <optional>

#include "async/task.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Session;

/// Why this REPLACE will fail whatever its literal of `size` bytes holds; nothing when it may be sent. `command`
/// ends at the literal. RFC 8508 section 3.4.
async::Task<std::optional<Reply>> refuse_replace(Session& session, const protocol::Command& command,
                                                 std::uint64_t size);

}  // namespace postbag
