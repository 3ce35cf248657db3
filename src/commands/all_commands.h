// Every command there is, for the server to hand to its sessions.
#pragma once

#include "session/commands.h"

namespace postbag {

class AllCommands final : public Commands {
 public:
  async::Task<Reply> run(Session& session, const protocol::Command& command) const override;
  async::Task<std::optional<Reply>> refuse_literal(Session& session, const protocol::Command& command,
                                                   std::uint64_t size, bool message) const override;
  async::Task<void> tell_others(Session& session) const override;
  void before_removal(Session& session, const UidSet& vanished) const override;
  async::Task<void> after_changes(Session& session, const SelectedChanges& changes) const override;
  std::string capabilities(const Session& session) const override;
};

}  // namespace postbag
