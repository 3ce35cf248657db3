#include "commands/messages/append.h"

#include <cassert>
#include <string>
#include <utility>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "commands/messages/add_to.h"
#include "protocol/arguments.h"
#include "session/client.h"
#include "session/upload.h"

namespace postbag {

namespace {

std::expected<MessageOptions, Reply> options_of(const Client& client, grammar::AppendMessage message) {
  MessageOptions out{.flags = {}, .internal_date = client.context().clock.now()};
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

/// A message with NUL could only be sent as BINARY later, and BODY[] has to work: RFC 3516 section 4.4 lets us
/// refuse.
Reply refuse_nul(bool binary) { return binary ? refusal(Error::unknown_encoding) : Reply::bad("NUL in a literal"); }

std::vector<grammar::AppendMessage> messages_of(grammar::Append append) {
  const auto messages = append.append_message();
  return {messages.begin(), messages.end()};
}

}  // namespace

std::expected<std::vector<MessageOptions>, Reply> message_options(
    Client& client, std::span<const grammar::AppendMessage> messages) {
  std::vector<MessageOptions> out;
  for (const auto message : messages) {
    auto options = options_of(client, message);
    if (!options) return std::unexpected(options.error());
    options->binary = message.append_data().literal8().has_value();
    out.push_back(std::move(*options));
  }
  if (const auto nul = client.upload()->with_nul()) return std::unexpected(refuse_nul(out.at(*nul).binary));
  return out;
}

Result<std::vector<storage::Appended>> append_all(storage::Transaction& tx, MailboxId mailbox,
                                                  std::span<const storage::StagedBody> bodies,
                                                  std::span<const MessageOptions> options) {
  std::vector<storage::Appended> out;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const auto appended = tx.append(mailbox, bodies[i], options[i].flags, options[i].internal_date);
    if (!appended) return std::unexpected(appended.error());
    out.push_back(*appended);
  }
  return out;
}

UidSet uids_of(std::span<const storage::Appended> appended) {
  UidSet uids;
  for (const storage::Appended& one : appended) uids.add(one.uid);
  return uids;
}

std::string append_code(std::span<const storage::Appended> appended) {
  std::string code = "APPENDUID ";
  protocol::Writer(code).number(appended.front().validity.value()).sp().set(uids_of(appended));
  return code;
}

std::string with_limits_met(Client& client, std::string done) {
  const std::string limits = mime::names(client.upload()->limits_met());
  if (limits.empty()) return done;
  client.log({LogEvent::Level::warning, mime::limits_met_event, client.user(), limits});
  return done + ", but the structure is incomplete; limits exceeded: " + limits;
}

std::optional<Reply> refuse_message(Client& client, NextMessage message, std::uint64_t size) {
  const Limits& limits = client.context().limits;
  if (const auto options = options_of(client, message.options); !options) return options.error();
  if (size > limits.message) return refusal(Error::message_too_big);
  // A zero-length literal is how a client cancels. RFC 3502 section 6.3.11.
  if (size == 0) return Reply::no("A message cannot be empty; nothing was appended", "CANNOT");
  const std::uint64_t before = client.upload() != nullptr ? client.upload()->size() : 0;
  if (message.number > limits.append_messages || before + size > limits.append_bytes)
    return Reply::no("Too many messages or bytes in one command", "LIMIT");
  return std::nullopt;
}

async::Task<std::optional<Reply>> begin_upload(Client& client, const Place& target) {
  const bool exists =
      co_await target.account->read([&](storage::ReadTransaction& tx) { return tx.find(target.name).has_value(); });
  if (!exists) co_return refusal_of_target(Error::no_such_mailbox);
  client.start_upload(target.account);
  co_return std::nullopt;
}

async::Task<std::optional<Reply>> refuse_literal_of(Client& client, grammar::Append append, ByUid,
                                                    ComingLiteral literal) {
  if (!literal.message) co_return std::nullopt;
  const std::vector<grammar::AppendMessage> messages = messages_of(append);
  if (auto refused = refuse_message(client, {messages.back(), messages.size()}, literal.size)) co_return refused;
  if (messages.size() > 1) co_return std::nullopt;  // the mailbox existed; whether it still does shows at the end
  const auto place = mailbox_place(client, append.mailbox().text());
  if (!place) co_return refusal(place.error());
  co_return co_await begin_upload(client, *place);
}

// RFC 9051 section 6.3.12; several messages: RFC 3502; APPENDUID: RFC 4315 section 3.
async::Task<Reply> handle(Client& client, grammar::Append command) {
  const auto place = mailbox_place(client, command.mailbox().text());
  if (!place) co_return refusal(place.error());
  const auto options = message_options(client, messages_of(command));
  if (!options) co_return options.error();
  assert(&client.upload()->account() == place->account.get());  // staged bodies are of that store
  const std::vector<storage::StagedBody>* const bodies = co_await client.upload()->messages();
  std::optional<OwnMessages> own;
  const auto appended = co_await place->account->write([&](storage::Transaction& tx) {
    return add_to(tx, *place, own, [&](MailboxId to) { return append_all(tx, to, *bodies, *options); });
  });
  if (!appended) co_return refusal_of_target(appended.error());
  own->uids = uids_of(*appended);
  client.note_own_messages(std::move(*own));
  co_return Reply::ok(with_limits_met(client, "APPEND completed"), append_code(*appended));
}

}  // namespace postbag
