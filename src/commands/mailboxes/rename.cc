// RENAME. RFC 9051 section 6.3.6.

#include <optional>
#include <vector>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "commands/mailboxes/new_name.h"
#include "session/client.h"

namespace postbag {

namespace {

/// A mailbox that has a new name, or a new mailbox that took the messages of INBOX.
struct Renamed {
  MailboxId id;
  std::optional<MailboxName> from;
  MailboxName to;
};

/// The mailboxes called `name` and those below.
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

async::Task<Reply> handle(Client& client, grammar::Rename command) {
  const auto from = mailbox_place(client, command.rename_from().text());
  if (!from) co_return refusal(Error::no_such_mailbox);
  const auto to = new_mailbox_place(client, command.rename_to().text());
  if (!to) co_return to.error();
  if (auto refused = refuse_two_accounts(*from->account, *to->account)) co_return *std::move(refused);
  const auto renamed =
      co_await from->account->write([&](storage::Transaction& tx) { return rename(tx, from->name, to->name); });
  if (!renamed) co_return refusal(renamed.error());
  for (const Renamed& one : *renamed) client.notify().note_named({from->account->id(), one.id}, one.from, one.to);
  co_return Reply::ok("RENAME completed");
}

}  // namespace postbag
