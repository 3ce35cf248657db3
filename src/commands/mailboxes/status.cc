#include "commands/mailboxes/status.h"

#include <algorithm>
#include <array>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "commands/object_id.h"
#include "session/session.h"

namespace postbag {

namespace {

/// What the value of an item is written from.
struct Answer {
  protocol::Writer& out;
  const StatusNumbers& numbers;
  const storage::MailboxState& state;
  const Limits& limits;
};

struct Row {
  StatusItem item;
  std::string_view name;
  void (*write)(const Answer&);
};

/// In the order of StatusItem.
constexpr auto rows = std::to_array<Row>({
    {StatusItem::messages, "MESSAGES", [](const Answer& a) { a.out.number(a.state.messages); }},
    {StatusItem::recent, "RECENT", [](const Answer& a) { a.out.number(a.numbers.recent); }},
    {StatusItem::uid_next, "UIDNEXT", [](const Answer& a) { a.out.number(a.state.uid_next.value()); }},
    {StatusItem::uid_validity, "UIDVALIDITY", [](const Answer& a) { a.out.number(a.state.uid_validity.value()); }},
    {StatusItem::unseen, "UNSEEN", [](const Answer& a) { a.out.number(a.state.unseen); }},
    {StatusItem::deleted, "DELETED", [](const Answer& a) { a.out.number(a.state.deleted); }},
    {StatusItem::size, "SIZE", [](const Answer& a) { a.out.number(a.state.bytes); }},
    // The same for all mailboxes. RFC 7889 section 3.1.
    {StatusItem::append_limit, "APPENDLIMIT", [](const Answer& a) { a.out.number(a.limits.message); }},
    {StatusItem::mailbox_id, "MAILBOXID",
     [](const Answer& a) { a.out.raw("(").raw(object_id(a.numbers.id)).raw(")"); }},
    {StatusItem::highest_modseq, "HIGHESTMODSEQ",
     [](const Answer& a) { a.out.number(a.state.highest_modseq.value()); }},
});

/// Messages no session has been told of. RFC 3501 section 2.3.2.
std::uint64_t count_recent(storage::ReadTransaction& tx, MailboxId id, const storage::MailboxState& state) {
  if (state.first_recent >= state.uid_next) return 0;
  return tx.uids(id)->intersect(UidSet{{state.first_recent, Uid::max()}}).size();
}

}  // namespace

StatusItem status_item(grammar::StatusAtt att) {
  using Kind = grammar::StatusAtt::Kind;
  switch (att.kind()) {
    case Kind::messages: return StatusItem::messages;
    case Kind::recent: return StatusItem::recent;
    case Kind::uidnext: return StatusItem::uid_next;
    case Kind::uidvalidity: return StatusItem::uid_validity;
    case Kind::unseen: return StatusItem::unseen;
    case Kind::deleted: return StatusItem::deleted;
    case Kind::appendlimit: return StatusItem::append_limit;
    case Kind::mailboxid: return StatusItem::mailbox_id;
    case Kind::size: return StatusItem::size;
    case Kind::highestmodseq: break;
  }
  return StatusItem::highest_modseq;
}

bool has_item(const StatusItems& items, StatusItem item) { return std::ranges::find(items, item) != items.end(); }

std::optional<StatusNumbers> read_status(storage::ReadTransaction& tx, MailboxId id, const StatusItems& items) {
  const auto state = tx.state(id);
  if (!state) return std::nullopt;
  StatusNumbers numbers{.id = id, .state = *state};
  if (has_item(items, StatusItem::recent)) numbers.recent = count_recent(tx, id, *state);
  return numbers;
}

void status_response(Session& session, const MailboxName& name, const StatusNumbers& numbers,
                     const StatusItems& items) {
  protocol::Writer out = session.respond();
  out.raw("* STATUS ").mailbox(name).raw(" (");
  const Answer answer{.out = out, .numbers = numbers, .state = numbers.state, .limits = session.context().limits};
  std::string_view separator;
  for (const StatusItem item : items) {
    const Row& row = rows[static_cast<std::size_t>(item)];
    out.raw(separator).raw(row.name).sp();
    row.write(answer);
    separator = " ";
  }
  out.raw(")").crlf();
  const bool is_selected = session.has_selected() && session.selected().id == numbers.id;
  if (is_selected && has_item(items, StatusItem::highest_modseq)) session.note_modseqs_told();
}

async::Task<Reply> handle(Session& session, grammar::Status command) {
  StatusItems items;
  for (const auto att : command.status_att()) items.push_back(status_item(att));
  if (has_item(items, StatusItem::highest_modseq)) session.enable(Feature::condstore);  // RFC 7162 section 3.1
  const auto name = mailbox_name(session, command.mailbox().text());
  if (!name) co_return refusal(Error::no_such_mailbox);
  const auto numbers = co_await session.account().read([&](storage::ReadTransaction& tx) {
    const auto id = tx.find(*name);
    return id ? read_status(tx, *id, items) : std::nullopt;
  });
  if (!numbers) co_return refusal(Error::no_such_mailbox);
  status_response(session, *name, *numbers, items);
  co_return Reply::ok("STATUS completed");
}

}  // namespace postbag
