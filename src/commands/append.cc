#include "commands/append.h"

#include <string>
#include <utility>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "protocol/arguments.h"
#include "session/session.h"

namespace postbag {

namespace {

/// What stands beside one message's literal.
struct Options {
  NamedFlags flags;
  DateTime internal_date;
};

std::expected<Options, Reply> options_of(const Session& session, grammar::AppendMessage message) {
  Options out{.flags = {}, .internal_date = session.context().clock.now()};
  if (const auto list = message.flag_list()) {
    auto flags = protocol::flags_value(*list);
    if (!flags) return std::unexpected(Reply::bad(std::string(protocol::to_string(flags.error()))));
    out.flags = std::move(*flags);
  }
  if (const auto date = message.date_time()) {
    const auto when = protocol::date_time_value(date->text());
    if (!when) return std::unexpected(Reply::bad("No such date"));
    out.internal_date = *when;
  }
  return out;
}

std::string append_code(const storage::Appended& appended) {
  return "APPENDUID " + std::to_string(appended.validity.value()) + " " + std::to_string(appended.uid.value());
}

}  // namespace

async::Task<std::optional<Reply>> refuse_append(Session& session, const protocol::Command& command,
                                                std::uint64_t size) {
  const grammar::Append append(command.view);
  if (const auto options = options_of(session, append.append_message()); !options) co_return options.error();
  if (size > session.context().limits.message) co_return refusal(Error::message_too_big);
  if (size == 0) co_return Reply::no("A message cannot be empty", "CANNOT");
  const auto name = mailbox_name(session, append.mailbox().text());
  if (!name) co_return refusal(name.error());
  const bool exists =
      co_await session.account().read([&](storage::ReadTransaction& tx) { return tx.find(*name).has_value(); });
  if (!exists) co_return refusal_of_target(Error::no_such_mailbox);
  co_return std::nullopt;
}

// RFC 9051 section 6.3.12; APPENDUID: RFC 4315 section 3.
async::Task<Reply> handle(Session& session, grammar::Append command) {
  const auto name = mailbox_name(session, command.mailbox().text());
  if (!name) co_return refusal(name.error());
  const auto options = options_of(session, command.append_message());
  if (!options) co_return options.error();
  // A message with NUL could only be sent as BINARY later, and BODY[] has to work: RFC 3516 section 4.4 lets us
  // refuse.
  if (session.upload()->has_nul()) {
    const bool binary = command.append_message().append_data().literal8().has_value();
    co_return binary ? refusal(Error::unknown_encoding) : Reply::bad("NUL in a literal");
  }
  const storage::StagedBody& body = session.upload()->messages().front();
  const auto appended =
      co_await session.account().write([&](storage::Transaction& tx) -> Result<storage::Appended> {
        const auto mailbox = tx.find(*name);
        if (!mailbox) return std::unexpected(Error::no_such_mailbox);
        return tx.append(*mailbox, body, options->flags, options->internal_date);
      });
  if (!appended) co_return refusal_of_target(appended.error());
  co_return Reply::ok("APPEND completed", append_code(*appended));
}

}  // namespace postbag
