#include "session/running_command.h"

#include "session/client.h"

namespace postbag {

namespace {

/// RFC 9051 section 7.5.1. UID FETCH, UID STORE and so on are other commands.
RunningCommand::Removals removals_of(const protocol::Command& command) {
  const bool counts_by_number = !command.by_uid && protocol::grammar::holds_removals(command.rule);
  return counts_by_number ? RunningCommand::Removals::held : RunningCommand::Removals::reported;
}

}  // namespace

RunningCommand::RunningCommand(Client& client, const protocol::Command& command)
    : client_(client), tag_(command.tag), removals_(removals_of(command)) {
  client_.command_ = this;
}

RunningCommand::RunningCommand(Client& client, Removals removals) : client_(client), removals_(removals) {
  client_.command_ = this;
}

RunningCommand::~RunningCommand() { client_.command_ = nullptr; }

UidSet RunningCommand::own_messages_in(const MailboxKey& mailbox) const {
  return own_messages_ && own_messages_->mailbox == mailbox ? own_messages_->uids : UidSet();
}

void RunningCommand::ended(const Reply& reply) {
  has_removed_ = reply.tells_progress;
  if (reply.status != Reply::Status::ok) own_change_ = {};
}

bool RunningCommand::has_changed(const MailboxKey& mailbox) const {
  return has_removed_ || !own_messages_in(mailbox).empty();
}

}  // namespace postbag
