#include "commands/all_commands.h"

#include "commands/handlers.h"
#include "commands/login/capability.h"
#include "commands/utf8_accept.h"
#include "session/client.h"

namespace postbag {

namespace {

async::Task<std::optional<Reply>> not_refused() { co_return std::nullopt; }

}  // namespace

async::Task<Reply> AllCommands::run(Client& client, const protocol::Command& command) const {
  if (breaks_utf8(client, command)) return refuse_octets();
  const ByUid by_uid = command.by_uid ? ByUid::yes : ByUid::no;
  return grammar::dispatch(command.rule, command.view, [&](auto view) -> async::Task<Reply> {
    if constexpr (requires { handle(client, view, by_uid, command.tag); }) {
      return handle(client, view, by_uid, command.tag);
    } else if constexpr (requires { handle(client, view, by_uid); }) {
      return handle(client, view, by_uid);
    } else {
      return handle(client, view);
    }
  });
}

async::Task<std::optional<Reply>> AllCommands::refuse_literal(Client& client, const protocol::Command& command,
                                                              std::uint64_t size, bool message) const {
  const ByUid by_uid = command.by_uid ? ByUid::yes : ByUid::no;
  const ComingLiteral literal{.size = size, .message = message};
  return grammar::dispatch(command.rule, command.view, [&](auto view) -> async::Task<std::optional<Reply>> {
    if constexpr (requires { refuse_literal_of(client, view, by_uid, literal); })
      return refuse_literal_of(client, view, by_uid, literal);
    else
      return not_refused();
  });
}

std::string AllCommands::capabilities(const Client& client) const { return capability_list(client); }

}  // namespace postbag
