// REPLACE and UID REPLACE: before the message's literal is taken, and when the command is complete. RFC 8508.

#include <array>
#include <cassert>
#include <utility>

#include "commands/handlers.h"
#include "commands/messages/add_to.h"
#include "commands/messages/append.h"
#include "commands/messages/target.h"
#include "session/client.h"
#include "session/upload.h"

namespace postbag {

namespace {

/// The message to be replaced. NO when there is none: RFC 8508 section 3.2.
std::expected<UidSet, Reply> old_message(Client& client, std::string_view number, ByUid by_uid) {
  if (client.selected().is_read_only()) return std::unexpected(refusal(Error::read_only));
  auto uids = message_set(client, number, by_uid);
  if (uids && uids->empty()) return std::unexpected(Reply::no("No such message"));
  return uids;
}

/// One transaction: the new message is there and the old one gone, or nothing happened. Of two sessions that
/// replace the same message one does.
Result<storage::Appended> replace(storage::Transaction& tx, MailboxId from, const UidSet& old, MailboxId to,
                                  const storage::StagedBody& body, const MessageOptions& options) {
  const auto there = tx.messages(from, old, 1);
  if (!there) return std::unexpected(there.error());
  if (there->messages.empty()) return std::unexpected(Error::no_such_message);
  const auto added = tx.append(to, body, options.flags, options.internal_date);
  if (!added) return std::unexpected(added.error());
  const auto removed = tx.vanish(from, old);
  if (!removed) return std::unexpected(removed.error());
  return *added;
}

}  // namespace

// RFC 8508 section 3.4.
async::Task<std::optional<Reply>> refuse_literal_of(Client& client, grammar::Replace command, ByUid by_uid,
                                                    ComingLiteral literal) {
  if (!literal.message) co_return std::nullopt;
  const auto old = old_message(client, command.seq_number().text(), by_uid);
  if (!old) co_return old.error();
  if (auto refused = refuse_message(client, {command.append_message(), 1}, literal.size)) co_return refused;
  const auto target = target_beside_selected(client, command.mailbox().text());
  if (!target) co_return target.error();
  co_return co_await begin_upload(client, *target);
}

async::Task<Reply> handle(Client& client, grammar::Replace command, ByUid by_uid) {
  const auto old = old_message(client, command.seq_number().text(), by_uid);
  if (!old) co_return old.error();
  const auto target = target_beside_selected(client, command.mailbox().text());
  if (!target) co_return target.error();
  const std::array messages{command.append_message()};
  const auto options = message_options(client, messages);
  if (!options) co_return options.error();
  const MailboxId from = client.selected().key().id;
  assert(&client.upload()->account() == target->account.get());  // staged bodies are of that store
  const std::vector<storage::StagedBody>* const bodies = co_await client.upload()->messages();
  std::optional<OwnMessages> own;
  const auto replaced = co_await target->account->write([&](storage::Transaction& tx) {
    return add_to(tx, *target, own,
                  [&](MailboxId to) { return replace(tx, from, *old, to, bodies->front(), options->front()); });
  });
  if (!replaced) co_return refusal_of_target(replaced.error());
  own->uids.add(replaced->uid);
  client.note_own_messages(std::move(*own));
  // Before the EXPUNGE response, which the session sends before the tagged line. RFC 8508 section 4.3.
  const std::array added{*replaced};
  client.respond().raw("* OK [").raw(append_code(added)).raw("] Replacement message ready").crlf();
  // RFC 8508 section 4.5.
  co_return Reply::ok_with_progress(with_limits_met(client, "REPLACE completed"));
}

}  // namespace postbag
