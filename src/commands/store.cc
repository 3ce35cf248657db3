// STORE and UID STORE. RFC 9051 sections 6.4.6 and 6.4.9.

#include <array>
#include <optional>
#include <utility>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "protocol/arguments.h"
#include "session/session.h"

namespace postbag {

namespace {

constexpr std::size_t slice = 1000;

/// A STORE as a value.
struct Change {
  MailboxId mailbox;
  UidSet uids;
  storage::FlagOp op;
  NamedFlags flags;
  ModSeq told;  ///< flags changed by others after it were not told yet
};

/// What became of it.
struct Outcome {
  storage::Stored stored;
  UidSet untold;  ///< others changed these too, so even .SILENT tells them. RFC 9051 section 6.4.6
  std::vector<std::string> keywords;  ///< the table afterwards
};

storage::FlagOp flag_op(protocol::StoreMode mode) {
  constexpr std::array ops{storage::FlagOp::replace, storage::FlagOp::add, storage::FlagOp::remove};
  return ops[static_cast<std::size_t>(mode)];
}

/// Those of `uids` that changed since the client was told, before our own change hides it.
UidSet changed_by_others(const storage::ReadTransaction& tx, const Change& change) {
  UidSet out;
  std::optional<Uid> from = Uid::min();
  while (from) {
    const auto changes = tx.changes_since(change.mailbox, change.told.value(), change.told.value(), slice, *from);
    if (!changes) return out;
    for (const storage::Message& message : changes->messages) out.add(message.uid);
    from = changes->next;
  }
  return out.intersect(change.uids);
}

Result<Outcome> store(storage::Transaction& tx, const Change& change) {
  UidSet untold = changed_by_others(tx, change);
  auto stored = tx.store_flags(change.mailbox, change.uids, change.op, change.flags);
  if (!stored) return std::unexpected(stored.error());
  return Outcome{
      .stored = std::move(*stored), .untold = std::move(untold), .keywords = *tx.keywords(change.mailbox)};
}

/// FETCH responses with the flags these messages have now.
async::Task<bool> tell(Session& session, const UidSet& uids, ByUid by_uid) {
  std::optional<Uid> from = Uid::min();
  const MailboxId mailbox = session.selected().id;
  while (from) {
    const auto found = co_await session.account().read(
        [&](storage::ReadTransaction& tx) { return tx.messages(mailbox, uids, slice, *from); });
    if (!found) co_return true;
    for (const storage::Message& message : found->messages)
      session.tell_message_flags(message, by_uid == ByUid::yes);
    from = found->next;
    const bool alive = co_await session.flush_if_large();
    if (!alive) co_return false;
  }
  co_return true;
}

}  // namespace

async::Task<Reply> handle(Session& session, grammar::Store command, ByUid by_uid) {
  if (session.selected().read_only) co_return refusal(Error::read_only);
  auto uids = message_set(session, command.sequence_set().text(), by_uid);
  if (!uids) co_return uids.error();
  auto flags = protocol::flags_value(command.store_att_flags());
  if (!flags) co_return Reply::bad(std::string(protocol::to_string(flags.error())));
  const bool silent = protocol::is_silent(command.store_att_flags());
  const Change change{.mailbox = session.selected().id,
                      .uids = std::move(*uids),
                      .op = flag_op(protocol::store_mode(command.store_att_flags())),
                      .flags = std::move(*flags),
                      .told = session.selected().told};
  const auto outcome =
      co_await session.account().write([&](storage::Transaction& tx) { return store(tx, change); });
  if (!outcome) co_return refusal(outcome.error());

  if (!outcome->stored.changed.empty()) session.note_own_change(outcome->stored.modseq);
  session.tell_keywords(outcome->keywords);
  const UidSet& to_tell = silent ? outcome->untold : outcome->stored.matched;
  if (!to_tell.empty()) co_await tell(session, to_tell, by_uid);
  if (outcome->stored.matched.size() < change.uids.size())
    co_return Reply::ok("Some messages were expunged", "EXPUNGEISSUED");
  co_return Reply::ok("STORE completed");
}

}  // namespace postbag
