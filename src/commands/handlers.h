// One handle() for every command of the grammar; a command without one does not compile (all_commands.cc). Each
// does its work, responds what it has to say, and returns the tagged line. Loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "async/task.h"
#include "commands/arguments.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Client;
namespace grammar = protocol::grammar;

// Any state
async::Task<Reply> handle(Client& client, grammar::CapabilityCommand command);
async::Task<Reply> handle(Client& client, grammar::Noop command);
async::Task<Reply> handle(Client& client, grammar::Logout command);
async::Task<Reply> handle(Client& client, grammar::Id command);

// Not authenticated
async::Task<Reply> handle(Client& client, grammar::Starttls command);
async::Task<Reply> handle(Client& client, grammar::Login command);
async::Task<Reply> handle(Client& client, grammar::Authenticate command);

// Authenticated
async::Task<Reply> handle(Client& client, grammar::Compress command);
async::Task<Reply> handle(Client& client, grammar::Enable command);
async::Task<Reply> handle(Client& client, grammar::NamespaceCommand command);
async::Task<Reply> handle(Client& client, grammar::Select command);
async::Task<Reply> handle(Client& client, grammar::Examine command);
async::Task<Reply> handle(Client& client, grammar::Create command);
async::Task<Reply> handle(Client& client, grammar::Delete command);
async::Task<Reply> handle(Client& client, grammar::Rename command);
async::Task<Reply> handle(Client& client, grammar::Subscribe command);
async::Task<Reply> handle(Client& client, grammar::Unsubscribe command);
async::Task<Reply> handle(Client& client, grammar::List command);
async::Task<Reply> handle(Client& client, grammar::Lsub command);
async::Task<Reply> handle(Client& client, grammar::Status command);
async::Task<Reply> handle(Client& client, grammar::Append command);
async::Task<Reply> handle(Client& client, grammar::Idle command);
async::Task<Reply> handle(Client& client, grammar::Notify command);
async::Task<Reply> handle(Client& client, grammar::Unauthenticate command);
async::Task<Reply> handle(Client& client, grammar::ComparatorCmd command);

// Selected
async::Task<Reply> handle(Client& client, grammar::Check command);
async::Task<Reply> handle(Client& client, grammar::Close command);
async::Task<Reply> handle(Client& client, grammar::Unselect command);
async::Task<Reply> handle(Client& client, grammar::Expunge command);
async::Task<Reply> handle(Client& client, grammar::UidExpunge command);
async::Task<Reply> handle(Client& client, grammar::Uidbatches command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Client& client, grammar::Search command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Client& client, grammar::Esearch command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Client& client, grammar::Cancelupdate command);
async::Task<Reply> handle(Client& client, grammar::Sort command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Client& client, grammar::Thread command, ByUid by_uid, std::string_view tag);
async::Task<Reply> handle(Client& client, grammar::Fetch command, ByUid by_uid);
async::Task<Reply> handle(Client& client, grammar::Store command, ByUid by_uid);
async::Task<Reply> handle(Client& client, grammar::Copy command, ByUid by_uid);
async::Task<Reply> handle(Client& client, grammar::Move command, ByUid by_uid);
async::Task<Reply> handle(Client& client, grammar::Replace command, ByUid by_uid);

// Some commands know before a literal of theirs is sent that they will fail, whatever it holds: they yield why. The
// command ends at the literal; its state was checked. Commands without such a function take any literal but that of
// a message: for one that may be sent, this has begun the upload (Client::start_upload).

/// A literal that the client wants to send.
struct ComingLiteral {
  std::uint64_t size = 0;  ///< bytes
  bool message = false;    ///< of a message, to be streamed
};

async::Task<std::optional<Reply>> refuse_literal_of(Client& client, grammar::Login command, ByUid by_uid,
                                                    ComingLiteral literal);
async::Task<std::optional<Reply>> refuse_literal_of(Client& client, grammar::Append command, ByUid by_uid,
                                                    ComingLiteral literal);
async::Task<std::optional<Reply>> refuse_literal_of(Client& client, grammar::Replace command, ByUid by_uid,
                                                    ComingLiteral literal);

}  // namespace postbag
