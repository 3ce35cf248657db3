// FETCH and UID FETCH. RFC 9051 sections 6.4.5 and 6.4.9; CHANGEDSINCE and VANISHED: RFC 7162 sections 3.1.4.1 and
// 3.2.6; PARTIAL: RFC 9394 section 3.3.

#include <algorithm>
#include <string>
#include <utility>

#include "commands/fetch/fetch_run.h"
#include "commands/fetch/partial_range.h"
#include "commands/handlers.h"
#include "commands/resynchronise.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

/// RFC 4466 section 2.4.
struct Modifiers {
  std::optional<storage::Since> changed_since;
  bool vanished = false;
  std::optional<PartialRange> partial;
};

using ModifierKind = grammar::FetchModifier::Kind;

bool is_given(const Modifiers& modifiers, ModifierKind kind) {
  switch (kind) {
    case ModifierKind::changedsince: return modifiers.changed_since.has_value();
    case ModifierKind::vanished: return modifiers.vanished;
    case ModifierKind::partial: break;
  }
  return modifiers.partial.has_value();
}

/// Takes one over; false when its number is too large.
bool take(Modifiers& modifiers, grammar::FetchModifier one) {
  switch (one.kind()) {
    case ModifierKind::changedsince:
      modifiers.changed_since = protocol::number_value(one.mod_sequence_value()->text(), ModSeq::max_value);
      return true;
    case ModifierKind::vanished: modifiers.vanished = true; return true;
    case ModifierKind::partial: break;
  }
  modifiers.partial = partial_range(one.partial_range()->text());
  return modifiers.partial.has_value();
}

std::expected<Modifiers, Reply> modifiers_of(const Client& client, grammar::Fetch command, ByUid by_uid) {
  Modifiers modifiers;
  for (const auto one : command.fetch_modifier()) {
    if (is_given(modifiers, one.kind())) return std::unexpected(Reply::bad("A modifier is given twice"));
    if (!take(modifiers, one)) return std::unexpected(Reply::bad("Number too large"));
  }
  // RFC 9394 section 3.3, RFC 7162 section 3.2.6.
  if (modifiers.partial && by_uid == ByUid::no) return std::unexpected(Reply::bad("PARTIAL requires UID FETCH"));
  if (!modifiers.vanished) return modifiers;
  if (by_uid == ByUid::no) return std::unexpected(Reply::bad("VANISHED requires UID FETCH"));
  if (!modifiers.changed_since) return std::unexpected(Reply::bad("VANISHED requires CHANGEDSINCE"));
  if (!client.qresync()) return std::unexpected(Reply::bad("VANISHED requires ENABLE QRESYNC"));
  return modifiers;
}

/// Those of what vanished that this command does not report anyway: what is in the view goes with a VANISHED that
/// changes the numbers (RFC 7162 section 3.2.10), unless NOTIFY keeps that one back.
UidSet earlier(const Client& client, const UidSet& vanished) {
  const bool tells_removals = client.notify().selected().messages;
  return tells_removals ? vanished.minus(client.selected().view().uids()) : vanished;
}

/// Narrows `uids` to what changed, and reports what vanished of what the set names. RFC 7162
/// sections 3.1.4.1, 3.2.6.
async::Task<Result<void>> only_changed(Client& client, UidSet& uids, std::string_view set,
                                       const Modifiers& modifiers) {
  const MailboxId mailbox = client.selected().key().id;
  UidSet asked = uids;
  if (modifiers.vanished) asked.add(absent_uids(client, set));
  const auto missed = co_await client.selected().account().read(
      [&](storage::ReadTransaction& tx) { return missed_since(tx, mailbox, *modifiers.changed_since, asked); });
  if (!missed) co_return std::unexpected(missed.error());
  uids = uids.intersect(missed->changed);
  if (modifiers.vanished)
    client.selected().report_vanished("* VANISHED (EARLIER) ", earlier(client, missed->vanished));
  co_return Result<void>();
}

/// What setting \Seen yields; the keywords as they were then, since the flags are sent with them.
struct Seen {
  storage::Stored stored;
  std::vector<std::string> keywords;
};

/// Sets \Seen before the bodies are sent, so that their responses can show it. RFC 9051 section 6.4.5.
async::Task<Result<void>> set_seen(Client& client, FetchPlan& plan) {
  const NamedFlags seen{.system = SystemFlag::seen, .keywords = {}};
  auto done = co_await client.selected().account().write_flags([&](storage::Transaction& tx) -> Result<Seen> {
    auto stored = tx.store_flags(plan.mailbox.id, plan.uids, storage::FlagOp::add, seen);
    if (!stored) return std::unexpected(stored.error());
    return Seen{.stored = std::move(*stored), .keywords = *tx.keywords(plan.mailbox.id)};
  });
  if (!done) co_return std::unexpected(done.error());
  client.command().note_own_change({.uids = done->stored.changed, .modseq = done->stored.modseq});
  plan.newly_seen = std::move(done->stored.changed);
  client.selected().report_keywords(done->keywords);
  plan.keywords = client.selected().keywords();
  co_return Result<void>();
}

bool sets_seen(const FetchPlan& plan) {
  return !plan.uids.empty() && std::ranges::any_of(plan.items, &FetchItem::sets_seen);
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Fetch command, ByUid by_uid) {
  const auto modifiers = modifiers_of(client, command, by_uid);
  if (!modifiers) co_return modifiers.error();
  const std::string set(command.sequence_set().text());
  auto uids = message_set(client, set, by_uid);
  if (!uids) co_return uids.error();
  if (modifiers->partial) {  // first, also in front of CHANGEDSINCE: RFC 9394 section 3.4
    const auto [begin, end] = modifiers->partial->places(uids->size());
    uids = uids->at_places(begin, end);
  }
  if (command.fetch_att().size() > most_fetch_items) co_return Reply::no("Too many data items", "LIMIT");
  FetchItems items = fetch_items(command, by_uid == ByUid::yes && !client.uid_only());
  if (modifiers->changed_since) add_modseq(items);
  if (has_kind(items, FetchKind::modseq)) client.enable(Feature::condstore);
  if (modifiers->changed_since) {
    const auto narrowed = co_await only_changed(client, *uids, set, *modifiers);
    if (!narrowed) co_return refusal(narrowed.error());
  }
  const std::uint64_t asked = uids->size();
  FetchPlan plan = fetch_plan(client, std::move(*uids), std::move(items));
  if (sets_seen(plan) && !client.selected().is_read_only()) {
    const auto seen = co_await set_seen(client, plan);
    if (!seen) co_return refusal(seen.error());
  }
  const Fetched done = co_await run_fetch(client, std::move(plan));
  if (done.mailbox_gone) co_return refusal(Error::mailbox_gone);
  if (done.unknown_encoding) co_return refusal(Error::unknown_encoding);
  if (done.written < asked) co_return Reply::ok("Some messages were expunged", "EXPUNGEISSUED");
  co_return Reply::ok("FETCH completed");
}

}  // namespace postbag
