// Every command there is, for the server to hand to its sessions.
#pragma once

#include "session/commands.h"

namespace postbag {

class AllCommands final : public Commands {
 public:
  async::Task<Reply> run(Client& client, const protocol::Command& command) const override;
  async::Task<std::optional<Reply>> refuse_literal(Client& client, const protocol::Command& command,
                                                   std::uint64_t size, bool message) const override;
  std::string capabilities(const Client& client) const override;
};

}  // namespace postbag
