// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE. RFC 9051 sections 6.3.4 to 6.3.8.

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

/// The mailbox that went.
Result<MailboxId> remove(storage::Transaction& tx, const MailboxName& name) {
  const auto id = tx.find(name);
  const auto removed = tx.remove(name);
  if (!removed) return std::unexpected(removed.error());
  return *id;
}

/// A mailbox that has another name now, or is new and has the messages of INBOX.
struct Renamed {
  MailboxId id;
  std::optional<MailboxName> from;
  MailboxName to;
};

/// What lies at `name` and below.
std::vector<storage::MailboxEntry> tree(const storage::Transaction& tx, const MailboxName& name) {
  std::vector<storage::MailboxEntry> out = tx.mailboxes();
  std::erase_if(out, [&](const storage::MailboxEntry& entry) {
    return !entry.id || !(entry.name == name || entry.name.is_below(name));
  });
  return out;
}

Result<std::vector<Renamed>> rename(storage::Transaction& tx, const MailboxName& from, const MailboxName& to) {
  const std::vector<storage::MailboxEntry> before = tree(tx, from);
  const auto renamed = tx.rename(from, to);
  if (!renamed) return std::unexpected(renamed.error());
  if (from.is_inbox()) return std::vector{Renamed{*tx.find(to), {}, to}};
  std::vector<Renamed> out;
  for (const storage::MailboxEntry& entry : before) out.push_back({*entry.id, entry.name, *tx.name(*entry.id)});
  return out;
}

}  // namespace

async::Task<Reply> handle(Session& session, grammar::Create command) {
  const auto name = name_to_create(session, command.mailbox().text());
  if (!name) co_return name.error();
  const auto created = co_await session.account().write([&](storage::Transaction& tx) { return tx.create(*name); });
  if (!created) co_return refusal(created.error());
  session.notify().note_named(*created, {}, *name);
  co_return Reply::ok("CREATE completed", mailbox_id_code(*created));  // RFC 8474 section 4.1
}

async::Task<Reply> handle(Session& session, grammar::Delete command) {
  const auto name = mailbox_name(session, command.mailbox().text());
  if (!name) co_return refusal(Error::no_such_mailbox);
  const auto removed =
      co_await session.account().write([&](storage::Transaction& tx) { return remove(tx, *name); });
  if (!removed) co_return refusal(removed.error());
  session.notify().note_removed(*removed, *name);
  co_return Reply::ok("DELETE completed");
}

async::Task<Reply> handle(Session& session, grammar::Rename command) {
  const auto from = mailbox_name(session, command.rename_from().text());
  if (!from) co_return refusal(Error::no_such_mailbox);
  const auto to = name_to_create(session, command.rename_to().text());
  if (!to) co_return to.error();
  const auto renamed =
      co_await session.account().write([&](storage::Transaction& tx) { return rename(tx, *from, *to); });
  if (!renamed) co_return refusal(renamed.error());
  for (const Renamed& one : *renamed) session.notify().note_named(one.id, one.from, one.to);
  co_return Reply::ok("RENAME completed");
}

async::Task<Reply> handle(Session& session, grammar::Subscribe command) {
  const auto name = mailbox_name(session, command.mailbox().text());
  if (!name) co_return refusal(name.error());
  const auto done = co_await session.account().write([&](storage::Transaction& tx) { return tx.subscribe(*name); });
  if (!done) co_return refusal(done.error());
  session.notify().note_subscribed(*name, true);
  co_return Reply::ok("SUBSCRIBE completed");
}

async::Task<Reply> handle(Session& session, grammar::Unsubscribe command) {
  const auto name = mailbox_name(session, command.mailbox().text());
  if (!name) co_return refusal(name.error());
  const auto done = co_await session.account().write([&](storage::Transaction& tx) -> Result<bool> {
    tx.unsubscribe(*name);
    return true;
  });
  if (!done) co_return refusal(done.error());
  session.notify().note_subscribed(*name, false);
  co_return Reply::ok("UNSUBSCRIBE completed");
}

}  // namespace postbag
