// COPY, MOVE and their UID forms. RFC 9051 sections 6.4.7, 6.4.8 and 6.4.9; RFC 6851; COPYUID: RFC 4315 section 3.

#include <optional>
#include <string>
#include <utility>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "commands/messages/add_to.h"
#include "commands/messages/target.h"
#include "protocol/response/writer.h"
#include "session/client.h"

namespace postbag {

namespace {

enum class Way : bool { copy, move };

std::string copy_code(const storage::Copied& copied) {
  std::string out = "COPYUID ";
  protocol::Writer(out).number(copied.validity.value()).sp().set(copied.from).sp().set(copied.to);
  return out;
}

async::Task<Reply> transfer(Client& client, std::string_view set, std::string_view mailbox, ByUid by_uid, Way way) {
  const std::string done = way == Way::move ? "MOVE completed" : "COPY completed";
  const auto uids = message_set(client, set, by_uid);
  if (!uids) co_return uids.error();
  if (way == Way::move && client.selected().is_read_only()) co_return refusal(Error::read_only);
  const auto target = target_beside_selected(client, mailbox);
  if (!target) co_return target.error();
  const MailboxId from = client.selected().key().id;
  std::optional<OwnMessages> own;
  // One transaction over both mailboxes, whatever the number of messages.
  const auto copied = co_await target->account->write([&](storage::Transaction& tx) {
    return add_to(tx, *target, own, [&](MailboxId to) {
      return way == Way::move ? tx.move(from, *uids, to) : tx.copy(from, *uids, to);
    });
  });
  if (!copied) co_return refusal_of_target(copied.error());

  if (copied->from.empty()) {
    if (uids->empty()) co_return Reply::ok(done + ", no messages");
    co_return Reply::no("The messages were expunged", "EXPUNGEISSUED");
  }
  own->uids = copied->to;
  client.note_own_messages(std::move(*own));
  if (way == Way::copy) co_return Reply::ok(done, copy_code(*copied));
  // Before the EXPUNGE responses, which the session sends before the tagged line. RFC 6851 section 4.3.
  client.respond().raw("* OK [").raw(copy_code(*copied)).raw("] Moved").crlf();
  co_return Reply::ok_with_progress(done);  // RFC 6851 section 4.4
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Copy command, ByUid by_uid) {
  return transfer(client, command.sequence_set().text(), command.mailbox().text(), by_uid, Way::copy);
}

async::Task<Reply> handle(Client& client, grammar::Move command, ByUid by_uid) {
  return transfer(client, command.sequence_set().text(), command.mailbox().text(), by_uid, Way::move);
}

}  // namespace postbag
