// What a session needs of the commands, which lie in the layer above it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "async/task.h"
#include "core/range_set.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Session;

/// What a look at the selected mailbox found.
struct SelectedChanges {
  UidSet changed;  ///< messages that came, or whose flags changed, by anybody's doing
  UidSet arrived;  ///< those of them that are new, unless the running command made them
};

/// Stateless; one object serves all sessions and outlives them. Loop thread only.
class Commands {
 public:
  virtual ~Commands() = default;
  /// Runs the command. Its state was checked; it stays valid until the reader's next event is asked for.
  virtual async::Task<Reply> run(Session& session, const protocol::Command& command) const = 0;
  /// Why this command will fail whatever its literal of `size` bytes holds; nothing when the literal may be sent.
  /// `command` ends at the literal, `message` says that it is one of APPEND's.
  virtual async::Task<std::optional<Reply>> refuse_literal(Session& session, const protocol::Command& command,
                                                           std::uint64_t size, bool message) const = 0;
  /// Tells what NOTIFY asks of the mailboxes that are not selected, as far as commits left marks. RFC 5465.
  virtual async::Task<void> tell_others(Session& session) const = 0;
  /// Removals are about to be told: what stands before them. The messages are still in the view. RFC 5267 section
  /// 4.3.4.
  virtual void before_removal(Session& session, const UidSet& vanished) const = 0;
  /// What stands behind EXISTS and FETCH (FLAGS) of the selected mailbox: what NOTIFY asks of new messages, and
  /// what searches find now. RFC 5465 sections 5.2 and 7, RFC 5267 section 4.3.
  virtual async::Task<void> after_changes(Session& session, const SelectedChanges& changes) const = 0;
  /// "CAPABILITY IMAP4rev1 …" as the session's state has it, without brackets or CRLF. RFC 9051 section 7.2.2.
  virtual std::string capabilities(const Session& session) const = 0;
};

}  // namespace postbag
