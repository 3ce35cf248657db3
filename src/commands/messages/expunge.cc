// EXPUNGE and UID EXPUNGE. RFC 9051 sections 6.4.3 and 6.4.9, RFC 4315 section 2.1.

#include <optional>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

namespace {

/// The EXPUNGE responses come with what the session reports before the tagged line.
async::Task<Reply> expunge(Client& client, std::optional<UidSet> uids) {
  if (client.selected().is_read_only()) co_return refusal(Error::read_only);
  const MailboxId mailbox = client.selected().key().id;
  const auto expunged = co_await client.selected().account().write(
      [&](storage::Transaction& tx) { return tx.expunge(mailbox, uids); });
  if (!expunged) co_return refusal(expunged.error());
  // RFC 7162 section 3.2.7: when messages went.
  if (expunged->uids.empty()) co_return Reply::ok("EXPUNGE completed");
  co_return Reply::ok_with_progress("EXPUNGE completed");
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Expunge) { return expunge(client, std::nullopt); }

async::Task<Reply> handle(Client& client, grammar::UidExpunge command) {
  const auto uids = message_set(client, command.sequence_set().text(), ByUid::yes);
  if (!uids) co_return uids.error();
  co_return co_await expunge(client, *uids);
}

}  // namespace postbag
