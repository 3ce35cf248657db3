// One handle() for every command of the grammar; a command without one does not compile (dispatch.cc). Each does
// its work, responds what it has to say, and yields the tagged line. Loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "async/task.h"
#include "commands/arguments.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Session;
namespace grammar = protocol::grammar;

// Any state
async::Task<Reply> handle(Session& session, grammar::CapabilityCommand command);
async::Task<Reply> handle(Session& session, grammar::Noop command);
async::Task<Reply> handle(Session& session, grammar::Logout command);
async::Task<Reply> handle(Session& session, grammar::Id command);

// Not authenticated
async::Task<Reply> handle(Session& session, grammar::Login command);
async::Task<Reply> handle(Session& session, grammar::Authenticate command);

// Authenticated
async::Task<Reply> handle(Session& session, grammar::Enable command);
async::Task<Reply> handle(Session& session, grammar::NamespaceCommand command);
async::Task<Reply> handle(Session& session, grammar::Select command);
async::Task<Reply> handle(Session& session, grammar::Examine command);
async::Task<Reply> handle(Session& session, grammar::Create command);
async::Task<Reply> handle(Session& session, grammar::Delete command);
async::Task<Reply> handle(Session& session, grammar::Rename command);
async::Task<Reply> handle(Session& session, grammar::Subscribe command);
async::Task<Reply> handle(Session& session, grammar::Unsubscribe command);
async::Task<Reply> handle(Session& session, grammar::List command);
async::Task<Reply> handle(Session& session, grammar::Lsub command);
async::Task<Reply> handle(Session& session, grammar::Status command);
async::Task<Reply> handle(Session& session, grammar::Append command);
async::Task<Reply> handle(Session& session, grammar::Idle command);
async::Task<Reply> handle(Session& session, grammar::Notify command);

// Selected
async::Task<Reply> handle(Session& session, grammar::Check command);
async::Task<Reply> handle(Session& session, grammar::Close command);
async::Task<Reply> handle(Session& session, grammar::Unselect command);
async::Task<Reply> handle(Session& session, grammar::Expunge command);
async::Task<Reply> handle(Session& session, grammar::UidExpunge command);
async::Task<Reply> handle(Session& session, grammar::Search command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Session& session, grammar::Esearch command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Session& session, grammar::Cancelupdate command);
async::Task<Reply> handle(Session& session, grammar::Sort command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Session& session, grammar::Thread command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Session& session, grammar::Fetch command, ByUid by_uid);
async::Task<Reply> handle(Session& session, grammar::Store command, ByUid by_uid);
async::Task<Reply> handle(Session& session, grammar::Copy command, ByUid by_uid);
async::Task<Reply> handle(Session& session, grammar::Move command, ByUid by_uid);
async::Task<Reply> handle(Session& session, grammar::Replace command, ByUid by_uid);

// Some commands know before a literal of theirs is sent that they will fail, whatever it holds: they yield why. The
// command ends at the literal; its state was checked. Commands without such a function take any literal.

/// A literal that the client wants to send.
struct ComingLiteral {
  std::uint64_t size = 0;  ///< bytes
  bool message = false;    ///< of a message, to be streamed
};

async::Task<std::optional<Reply>> refuse_literal_of(Session& session, grammar::Login command, ByUid by_uid,
                                                    ComingLiteral literal);
async::Task<std::optional<Reply>> refuse_literal_of(Session& session, grammar::Append command, ByUid by_uid,
                                                    ComingLiteral literal);
async::Task<std::optional<Reply>> refuse_literal_of(Session& session, grammar::Replace command, ByUid by_uid,
                                                    ComingLiteral literal);

}  // namespace postbag
