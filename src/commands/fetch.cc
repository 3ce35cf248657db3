// FETCH and UID FETCH. RFC 9051 sections 6.4.5 and 6.4.9.

#include <algorithm>
#include <string>
#include <utility>

#include "commands/fetch_writer.h"
#include "commands/handlers.h"
#include "session/session.h"

namespace postbag {

namespace {

/// Formatted in one go on the worker; what a client that reads slowly makes us hold.
constexpr std::size_t slice_bytes = 128 * 1024;
/// Items of one FETCH; nobody needs as many.
constexpr std::size_t most_items = 256;

FetchPlan plan_of(Session& session, UidSet uids, FetchItems items) {
  const Selected& selected = session.selected();
  FetchPlan plan{.mailbox = selected.id,
                 .uids = std::move(uids),
                 .runs = {},
                 .items = std::move(items),
                 .keywords = selected.keywords,
                 .recent = selected.recent,
                 .newly_seen = {},
                 .charset = session.charset(),
                 .headers_used = session.context().limits.headers_used};
  plan.runs = selected.view.runs_of(plan.uids);
  return plan;
}

/// What setting \Seen yields; the keywords as they were then, since the flags are told with them.
struct Seen {
  storage::Stored stored;
  std::vector<std::string> keywords;
};

/// Sets \Seen before the bodies are sent, so that their responses can tell it. RFC 9051 section 6.4.5.
async::Task<Result<void>> set_seen(Session& session, FetchPlan& plan) {
  const NamedFlags seen{.system = SystemFlags(static_cast<std::uint8_t>(SystemFlag::seen)), .keywords = {}};
  auto done = co_await session.account().write([&](storage::Transaction& tx) -> Result<Seen> {
    auto stored = tx.store_flags(plan.mailbox, plan.uids, storage::FlagOp::add, seen);
    if (!stored) return std::unexpected(stored.error());
    return Seen{.stored = std::move(*stored), .keywords = *tx.keywords(plan.mailbox)};
  });
  if (!done) co_return std::unexpected(done.error());
  if (!done->stored.changed.empty()) session.note_own_change(done->stored.modseq);
  plan.newly_seen = std::move(done->stored.changed);
  session.tell_keywords(done->keywords);
  plan.keywords = session.selected().keywords;
  co_return Result<void>();
}

/// Streams all responses, slice by slice, at the pace of the client. False when the client is gone.
async::Task<bool> send_all(Session& session, FetchWriter& writer) {
  const Account::Hold keeps_bodies(session.account());
  bool more = true;
  while (more) {
    std::string& out = session.output();
    more = co_await session.account().read(
        [&](storage::ReadTransaction& tx) { return writer.write(tx, out, slice_bytes); });
    const bool alive = co_await session.flush_if_large();
    if (!alive) co_return false;
  }
  co_return true;
}

/// Ends the connection if a response stays unfinished, whatever the reason.
class WholeResponses {
 public:
  WholeResponses(Session& session, const FetchWriter& writer) : session_(session), writer_(writer) {}
  ~WholeResponses() {
    if (writer_.is_within_response()) session_.break_off();
  }
  WholeResponses(const WholeResponses&) = delete;
  WholeResponses& operator=(const WholeResponses&) = delete;

 private:
  Session& session_;
  const FetchWriter& writer_;
};

}  // namespace

async::Task<Reply> handle(Session& session, grammar::Fetch command, ByUid by_uid) {
  auto uids = message_set(session, command.sequence_set().text(), by_uid);
  if (!uids) co_return uids.error();
  if (command.fetch_att().size() > most_items) co_return Reply::no("Too many data items", "LIMIT");
  const std::uint64_t asked = uids->size();
  FetchPlan plan = plan_of(session, std::move(*uids), fetch_items(command, by_uid == ByUid::yes));
  if (asked != 0 && !session.selected().read_only && std::ranges::any_of(plan.items, &FetchItem::sets_seen)) {
    const auto seen = co_await set_seen(session, plan);
    if (!seen) co_return refusal(seen.error());
  }
  FetchWriter writer(std::move(plan));
  const WholeResponses whole(session, writer);
  if (asked != 0) co_await send_all(session, writer);
  if (writer.is_mailbox_gone()) co_return refusal(Error::mailbox_gone);
  if (writer.has_unknown_encoding()) co_return refusal(Error::unknown_encoding);
  if (writer.written() < asked) co_return Reply::ok("Some messages were expunged", "EXPUNGEISSUED");
  co_return Reply::ok("FETCH completed");
}

}  // namespace postbag
