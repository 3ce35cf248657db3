// What a session needs of the commands, which lie in the layer above it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "async/task.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// Stateless; one object serves all sessions and outlives them. Loop thread only.
class Commands {
 public:
  virtual ~Commands() = default;
  /// Runs the command. Its state was checked; it stays valid until the reader's next event is asked for.
  virtual async::Task<Reply> run(Client& client, const protocol::Command& command) const = 0;
  /// Why this command will fail whatever its literal of `size` bytes holds; nothing when the literal may be sent.
  /// `command` ends at the literal, `message` says that it is a message, to be streamed: if it may be, the client
  /// has an upload for it (Client::start_upload).
  virtual async::Task<std::optional<Reply>> refuse_literal(Client& client, const protocol::Command& command,
                                                           std::uint64_t size, bool message) const = 0;
  /// "CAPABILITY IMAP4rev1 …" as the session's state has it, without brackets or CRLF. RFC 9051 section 7.2.2.
  virtual std::string capabilities(const Client& client) const = 0;
};

}  // namespace postbag
