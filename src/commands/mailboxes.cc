// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE. RFC 9051 sections 6.3.4 to 6.3.8.

#include <expected>
#include <string>
#include <utility>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "commands/object_id.h"
#include "protocol/parse/values.h"
#include "protocol/text/normal_form.h"
#include "session/session.h"

namespace postbag {

namespace {

/// A separator at the end only says that names below it will follow. RFC 9051 section 6.3.4.
Result<MailboxName> without_separator(const Session& session, std::string_view argument) {
  auto text = mailbox_text(session, argument);
  if (!text) return std::unexpected(text.error());
  if (text->size() > 1 && text->back() == MailboxName::separator) text->pop_back();
  return MailboxName::from(*text);
}

/// No new name that is not Net-Unicode, so that no two look the same: RFC 9051 sections 5.1 and 6.3.4. Those that
/// exist are found by their bytes.
std::expected<MailboxName, Reply> name_to_create(const Session& session, std::string_view argument) {
  auto name = without_separator(session, argument);
  if (!name) return std::unexpected(refusal(name.error()));
  if (protocol::nfc(name->utf8()) != name->utf8())
    return std::unexpected(Reply::no("Mailbox names are in Unicode Normalization Form C", "CANNOT"));
  return *std::move(name);
}

}  // namespace

async::Task<Reply> handle(Session& session, grammar::Create command) {
  const auto name = name_to_create(session, command.mailbox().text());
  if (!name) co_return name.error();
  session.notify().note_own_name(*name);
  const auto created = co_await session.account().write([&](storage::Transaction& tx) { return tx.create(*name); });
  if (!created) co_return refusal(created.error());
  co_return Reply::ok("CREATE completed", mailbox_id_code(*created));  // RFC 8474 section 4.1
}

async::Task<Reply> handle(Session& session, grammar::Delete command) {
  const auto name = mailbox_name(session, command.mailbox().text());
  if (!name) co_return refusal(Error::no_such_mailbox);
  session.notify().note_own_name(*name);
  const auto removed = co_await session.account().write([&](storage::Transaction& tx) { return tx.remove(*name); });
  co_return removed ? Reply::ok("DELETE completed") : refusal(removed.error());
}

async::Task<Reply> handle(Session& session, grammar::Rename command) {
  const auto from = mailbox_name(session, command.rename_from().text());
  if (!from) co_return refusal(Error::no_such_mailbox);
  const auto to = name_to_create(session, command.rename_to().text());
  if (!to) co_return to.error();
  session.notify().note_own_name(*from);
  session.notify().note_own_name(*to);
  const auto renamed =
      co_await session.account().write([&](storage::Transaction& tx) { return tx.rename(*from, *to); });
  co_return renamed ? Reply::ok("RENAME completed") : refusal(renamed.error());
}

async::Task<Reply> handle(Session& session, grammar::Subscribe command) {
  const auto name = mailbox_name(session, command.mailbox().text());
  if (!name) co_return refusal(name.error());
  session.notify().note_own_name(*name);
  const auto done = co_await session.account().write([&](storage::Transaction& tx) { return tx.subscribe(*name); });
  co_return done ? Reply::ok("SUBSCRIBE completed") : refusal(done.error());
}

async::Task<Reply> handle(Session& session, grammar::Unsubscribe command) {
  const auto name = mailbox_name(session, command.mailbox().text());
  if (!name) co_return refusal(name.error());
  session.notify().note_own_name(*name);
  const auto done = co_await session.account().write([&](storage::Transaction& tx) -> Result<bool> {
    tx.unsubscribe(*name);
    return true;
  });
  co_return done ? Reply::ok("UNSUBSCRIBE completed") : refusal(done.error());
}

}  // namespace postbag
