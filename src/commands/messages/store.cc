// STORE and UID STORE. RFC 9051 sections 6.4.6 and 6.4.9; UNCHANGEDSINCE: RFC 7162 section 3.1.3.

#include <optional>
#include <string>
#include <utility>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "protocol/arguments.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

constexpr std::size_t slice = 1000;

/// A STORE as a value.
struct Change {
  MailboxId mailbox;
  UidSet uids;
  storage::FlagOp op;
  NamedFlags flags;
  ModSeq reported;  ///< flags changed by others after it were not reported yet
  std::optional<storage::Since> unchanged_since;
};

/// What became of it.
struct Outcome {
  storage::Stored stored;
  UidSet unreported;  ///< others changed these too, so even .SILENT reports them. RFC 9051 section 6.4.6
  std::vector<std::string> keywords;  ///< the table afterwards
};

storage::FlagOp flag_op(protocol::StoreMode mode) {
  switch (mode) {
    case protocol::StoreMode::replace: return storage::FlagOp::replace;
    case protocol::StoreMode::add: return storage::FlagOp::add;
    case protocol::StoreMode::remove: break;
  }
  return storage::FlagOp::remove;
}

/// Those of `uids` that changed since the last report to the client, before our own change hides it.
UidSet changed_by_others(const storage::ReadTransaction& tx, const Change& change) {
  UidSet out;
  std::optional<Uid> from = Uid::min();
  while (from) {
    const auto changes =
        tx.changes_since(change.mailbox, change.reported.value(), change.reported.value(), slice, *from);
    if (!changes) return out;
    for (const storage::Message& message : changes->messages) out.add(message.uid);
    from = changes->next;
  }
  return out.intersect(change.uids);
}

Result<Outcome> store(storage::Transaction& tx, const Change& change) {
  UidSet unreported = changed_by_others(tx, change);
  auto stored = tx.store_flags(change.mailbox, change.uids, change.op, change.flags, change.unchanged_since);
  if (!stored) return std::unexpected(stored.error());
  return Outcome{
      .stored = std::move(*stored), .unreported = std::move(unreported), .keywords = *tx.keywords(change.mailbox)};
}

/// What a STORE reports of messages.
struct ToReport {
  UidSet uids;   ///< all that are reported
  UidSet flags;  ///< those of them whose flags are reported; of the others only the mod-sequence
};

/// Without .SILENT the flags of all it named; with it those that others changed too, and the mod-sequences of all
/// when the client keeps those. RFC 9051 section 6.4.6, RFC 7162 section 3.1.3.
ToReport to_report(const Client& client, const Outcome& outcome, bool silent) {
  ToReport out{.uids = outcome.unreported, .flags = outcome.unreported};
  if (!silent || client.condstore()) out.uids.add(outcome.stored.matched);
  if (!silent) out.flags.add(outcome.stored.matched);
  return out;
}

/// FETCH responses with what these messages have now.
async::Task<bool> report(Client& client, const ToReport& messages, ByUid by_uid) {
  std::optional<Uid> from = Uid::min();
  const MailboxId mailbox = client.selected().key().id;
  while (from && !messages.uids.empty()) {
    const auto found = co_await client.selected().account().read(
        [&](storage::ReadTransaction& tx) { return tx.messages(mailbox, messages.uids, slice, *from); });
    if (!found) co_return true;
    for (const storage::Message& message : found->messages)
      client.selected().report_message(message, messages.flags.contains(message.uid), by_uid == ByUid::yes);
    from = found->next;
    const bool alive = co_await client.flush_if_large();
    if (!alive) co_return false;
  }
  co_return true;
}

/// RFC 7162 section 3.1.3: the tagged line names the messages that had changed.
Reply outcome_reply(const Client& client, const Outcome& outcome, std::uint64_t asked, ByUid by_uid) {
  const UidSet& refused = outcome.stored.refused;
  const bool some_gone = outcome.stored.matched.size() + refused.size() < asked;
  if (refused.empty())
    return some_gone ? Reply::ok("Some messages were expunged", "EXPUNGEISSUED") : Reply::ok("STORE completed");
  std::string code = "MODIFIED ";
  protocol::Writer writer(code);
  by_uid == ByUid::yes ? writer.set(refused) : writer.set(client.selected().view().seqs_of(refused));
  // OK also when some are gone: what is answered with NO has changed nothing.
  return Reply::ok(
      some_gone ? "Some messages had changed, some were expunged" : "Conditional STORE failed for some messages",
      code);
}

/// UNCHANGEDSINCE, before the flags or after them. BAD when it is given twice: RFC 7162 section 7.
std::expected<std::optional<storage::Since>, Reply> unchanged_since(grammar::Store command) {
  std::optional<storage::Since> since;
  for (const auto modifier : command.store_modifier()) {
    if (since) return std::unexpected(Reply::bad("UNCHANGEDSINCE is given twice"));
    since = protocol::number_value(modifier.mod_sequence_valzer().text(), ModSeq::max_value);
  }
  return since;
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Store command, ByUid by_uid) {
  const auto since = unchanged_since(command);
  if (!since) co_return since.error();
  if (*since) client.enable(Feature::condstore);  // RFC 7162 section 3.1: once issued, also when it is refused
  if (client.selected().is_read_only()) co_return refusal(Error::read_only);
  auto uids = message_set(client, command.sequence_set().text(), by_uid);
  if (!uids) co_return uids.error();
  auto flags = protocol::flags_value(command.store_att_flags());
  if (!flags) co_return Reply::bad(std::string(protocol::to_string(flags.error())));
  const bool silent = protocol::is_silent(command.store_att_flags());
  const Change change{.mailbox = client.selected().key().id,
                      .uids = std::move(*uids),
                      .op = flag_op(protocol::store_mode(command.store_att_flags())),
                      .flags = std::move(*flags),
                      .reported = client.selected().reported().flags,
                      .unchanged_since = *since};
  const auto outcome =
      co_await client.selected().account().write_flags([&](storage::Transaction& tx) { return store(tx, change); });
  if (!outcome) co_return refusal(outcome.error());

  client.selected().report_keywords(outcome->keywords);
  const ToReport messages = to_report(client, *outcome, silent);
  UidSet known = outcome->stored.changed;
  known.add(messages.flags);
  client.command().note_own_change({.uids = std::move(known), .modseq = outcome->stored.modseq});
  co_await report(client, messages, by_uid);
  co_return outcome_reply(client, *outcome, change.uids.size(), by_uid);
}

}  // namespace postbag
