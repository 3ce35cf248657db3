// Every command there is, for the server to hand to its sessions.
#pragma once

#include "session/commands.h"

namespace postbag {

class AllCommands final : public Commands {
 public:
  async::Task<Reply> run(Session& session, const protocol::Command& command) const override;
  async::Task<std::optional<Reply>> refuse_literal(Session& session, const protocol::Command& command,
                                                   std::uint64_t size, bool message) const override;
  std::string capabilities(const Session& session) const override;
};

}  // namespace postbag
