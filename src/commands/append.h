// APPEND, in two parts: before a message's literal is taken, and when the command is complete.
#pragma once

#include <cstdint>
#include <optional>

#include "async/task.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Session;

/// Why this APPEND will fail whatever its literal of `size` bytes holds; nothing when it may be sent. `command`
/// ends at the literal. RFC 9051 section 6.3.12.
async::Task<std::optional<Reply>> refuse_append(Session& session, const protocol::Command& command,
                                                std::uint64_t size);

}  // namespace postbag
