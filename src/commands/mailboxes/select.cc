// SELECT, EXAMINE, CLOSE, UNSELECT. RFC 9051 sections 6.3.2, 6.3.3, 6.4.1, 6.4.2; RFC 3691; QRESYNC: RFC 7162
// section 3.2.5.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "commands/arguments.h"
#include "commands/fetch/fetch_run.h"
#include "commands/handlers.h"
#include "commands/mailboxes/list_response.h"
#include "commands/mailboxes/select_parameters.h"
#include "commands/object_id.h"
#include "commands/resynchronise.h"
#include "session/client.h"

namespace postbag {

namespace {

/// A mailbox as it was at one moment.
struct Opened {
  MailboxId id;
  storage::MailboxState state;
  UidSet uids;
  std::vector<std::string> keywords;
  std::optional<Uid> first_unseen;
  UidSet recent;
  std::optional<storage::MailboxEntry> entry;  ///< for LIST, which IMAP4rev2 wants
  std::optional<Missed> missed;                ///< for QRESYNC
};

enum class Access : bool { read_write, read_only };

std::optional<storage::MailboxEntry> entry_of(storage::ReadTransaction& tx, const MailboxName& name) {
  for (storage::MailboxEntry& entry : tx.mailboxes())
    if (entry.name == name) return std::move(entry);
  return std::nullopt;
}

/// \Recent belongs to the first session that selects, not to one that examines. RFC 3501 sections 2.3.2 and 6.3.2.
UidSet recent_of(storage::ReadTransaction& tx, const Opened& opened, Access access) {
  UidSet recent;
  if (access == Access::read_write) {
    if (const auto claimed = *tx.claim_recent(opened.id)) recent.add(*claimed);
  } else if (opened.state.first_recent < opened.state.uid_next) {
    recent.add(UidRange{opened.state.first_recent, opened.state.uid_next.previous()});
  }
  return recent;
}

/// Nothing when UIDVALIDITY has changed: then the client knows nothing of this mailbox. RFC 7162 section 3.2.5.
std::optional<Missed> missed_by(storage::ReadTransaction& tx, const Opened& opened, const QuickResync& resync) {
  const storage::MailboxState& state = opened.state;
  if (state.uid_validity != resync.validity) return std::nullopt;
  UidSet given;
  if (state.uid_next != Uid::min()) given.add(UidRange{Uid::min(), state.uid_next.previous()});
  return *missed_since(tx, opened.id, resync.since, resync.known ? given.intersect(*resync.known) : given);
}

Result<Opened> open_mailbox(storage::ReadTransaction& tx, const MailboxName& name, Access access, bool rev2,
                            const SelectParameters& parameters) {
  const auto id = tx.find(name);
  if (!id) return std::unexpected(Error::no_such_mailbox);
  Opened opened{.id = *id,
                .state = *tx.state(*id),
                .uids = *tx.uids(*id),
                .keywords = *tx.keywords(*id),
                .first_unseen = *tx.first_unseen(*id),
                .recent = {},
                .entry = {},
                .missed = {}};
  if (parameters.resync) opened.missed = missed_by(tx, opened, *parameters.resync);
  if (rev2)
    opened.entry = entry_of(tx, name);
  else
    opened.recent = recent_of(tx, opened, access);
  return opened;
}

void describe(Client& client, const Opened& opened, Access access) {
  const SelectedMailbox& selected = client.selected();
  client.respond().raw("* FLAGS ").flag_list(SystemFlags::all(), opened.keywords).crlf();
  client.respond().raw("* OK [PERMANENTFLAGS ");
  if (access == Access::read_only)
    client.respond().raw("()] No permanent flags permitted").crlf();
  else
    client.respond()
        .flag_list(SystemFlags::all(), opened.keywords, opened.keywords.size() < client.context().limits.keywords)
        .raw("] Flags permitted")
        .crlf();
  client.selected().report_size();
  // RFC 9051 section 7.1 dropped UNSEEN; RFC 3501 section 6.3.1 wants it.
  const auto unseen = opened.first_unseen ? selected.view().seq_of(*opened.first_unseen) : std::nullopt;
  if (unseen && !client.rev2() && !client.uid_only())
    client.respond().raw("* OK [UNSEEN ").number(unseen->value()).raw("] First unseen message").crlf();
  client.respond().raw("* OK [UIDVALIDITY ").number(opened.state.uid_validity.value()).raw("] UIDs valid").crlf();
  client.respond().raw("* OK [UIDNEXT ").number(opened.state.uid_next.value()).raw("] Predicted next UID").crlf();
  // RFC 8474 section 4.2.
  client.respond().raw("* OK [").raw(mailbox_id_code(opened.id)).raw("] Mailbox identifier").crlf();
  client.selected().report_highest_modseq(opened.state.highest_modseq);
  if (opened.entry) list_response(client, *opened.entry);
}

/// What the client missed. RFC 7162 section 3.2.5.
async::Task<void> report_missed(Client& client, Missed missed, const QuickResync& resync) {
  const auto match = resync.sample ? highest_match(client.selected().view(), *resync.sample) : std::nullopt;
  if (match) missed.vanished.remove(UidRange{Uid::min(), *match});
  client.selected().report_vanished("* VANISHED (EARLIER) ", missed.vanished);
  FetchPlan plan = fetch_plan(client, std::move(missed.changed), resync_items(client.uid_only()));
  co_await run_fetch(client, std::move(plan));
}

/// The mailbox that is open is closed first, whatever comes of the new one. RFC 9051 section 6.3.2.
void leave(Client& client) {
  if (!client.has_selected()) return;
  client.unselect();
  client.respond().raw("* OK [CLOSED] Previous mailbox closed").crlf();
}

async::Task<Reply> select(Client& client, std::string_view argument, Access access,
                          std::expected<SelectParameters, Reply> parameters) {
  if (!parameters) co_return parameters.error();
  leave(client);
  if (parameters->condstore) client.enable(Feature::condstore);
  const auto place = mailbox_place(client, argument);
  if (!place) co_return refusal(Error::no_such_mailbox);
  const bool rev2 = client.rev2();
  auto opened = co_await place->account->read(
      [&](storage::ReadTransaction& tx) { return open_mailbox(tx, place->name, access, rev2, *parameters); });
  if (!opened) co_return refusal(opened.error());
  // No suspension since the read: commits after it are noticed.
  client.select({.account = place->account,
                 .id = opened->id,
                 .name = place->name,
                 .read_only = access == Access::read_only,
                 .state = opened->state,
                 .uids = opened->uids,
                 .recent = opened->recent,
                 .keywords = opened->keywords});
  describe(client, *opened, access);
  if (opened->missed) co_await report_missed(client, std::move(*opened->missed), *parameters->resync);
  co_return access == Access::read_only ? Reply::ok("Opened for reading", "READ-ONLY")
                                        : Reply::ok("Opened", "READ-WRITE");
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Select command) {
  const Access access = client.is_read_only() ? Access::read_only : Access::read_write;
  return select(client, command.mailbox().text(), access, select_parameters(client, command.select_param()));
}

async::Task<Reply> handle(Client& client, grammar::Examine command) {
  return select(client, command.mailbox().text(), Access::read_only,
                select_parameters(client, command.select_param()));
}

// Removes what is \Deleted without a word, unless it was only examined. RFC 9051 section 6.4.1.
async::Task<Reply> handle(Client& client, grammar::Close) {
  const SelectedMailbox& selected = client.selected();
  const MailboxId id = selected.key().id;
  if (!selected.is_read_only()) {
    const auto expunged =
        co_await selected.account().write([&](storage::Transaction& tx) { return tx.expunge(id); });
    // A mailbox that is gone is closed all the same.
    if (!expunged && expunged.error() != Error::mailbox_gone) co_return refusal(expunged.error());
  }
  client.unselect();
  co_return Reply::ok("CLOSE completed");
}

async::Task<Reply> handle(Client& client, grammar::Unselect) {
  client.unselect();
  co_return Reply::ok("UNSELECT completed");
}

}  // namespace postbag
