#include "commands/mailboxes/status.h"

#include <algorithm>
#include <array>

#include "commands/arguments.h"
#include "commands/handlers.h"
#include "commands/object_id.h"
#include "session/client.h"

namespace postbag {

namespace {

/// What the value of an item is written from.
struct Answer {
  protocol::Writer& out;
  const StatusNumbers& numbers;
  const storage::MailboxState& state;
  const Limits& limits;
};

/// All there is to know of one data item.
struct Row {
  StatusItem item;
  std::string_view label;
  void (*write)(const Answer&);
  /// Reads what the mailbox's state does not hold; null when it holds all.
  void (*read)(storage::ReadTransaction&, StatusNumbers&) = nullptr;
};

/// Messages that were reported to no session. RFC 3501 section 2.3.2.
void count_recent(storage::ReadTransaction& tx, StatusNumbers& numbers) {
  const storage::MailboxState& state = numbers.state;
  if (state.first_recent >= state.uid_next) return;
  numbers.recent = tx.uids(numbers.mailbox.id)->intersect(UidSet{{state.first_recent, Uid::max()}}).size();
}

/// Every data item.
constexpr auto rows = std::to_array<Row>({
    {StatusItem::messages, "MESSAGES", [](const Answer& a) { a.out.number(a.state.messages); }},
    {StatusItem::recent, "RECENT", [](const Answer& a) { a.out.number(a.numbers.recent); }, count_recent},
    {StatusItem::uidnext, "UIDNEXT", [](const Answer& a) { a.out.number(a.state.uid_next.value()); }},
    {StatusItem::uidvalidity, "UIDVALIDITY", [](const Answer& a) { a.out.number(a.state.uid_validity.value()); }},
    {StatusItem::unseen, "UNSEEN", [](const Answer& a) { a.out.number(a.state.unseen); }},
    {StatusItem::deleted, "DELETED", [](const Answer& a) { a.out.number(a.state.deleted); }},
    {StatusItem::size, "SIZE", [](const Answer& a) { a.out.number(a.state.bytes); }},
    // The same for all mailboxes. RFC 7889 section 3.1.
    {StatusItem::appendlimit, "APPENDLIMIT", [](const Answer& a) { a.out.number(a.limits.message); }},
    {StatusItem::mailboxid, "MAILBOXID",
     [](const Answer& a) { a.out.raw("(").raw(object_id(a.numbers.mailbox.id)).raw(")"); }},
    {StatusItem::highestmodseq, "HIGHESTMODSEQ",
     [](const Answer& a) { a.out.number(a.state.highest_modseq.value()); }},
});

constexpr bool has_row(StatusItem item) { return std::ranges::find(rows, item, &Row::item) != rows.end(); }
static_assert(std::ranges::all_of(grammar::StatusAtt::kinds, has_row), "each data item of the grammar has its row");

const Row& row_of(StatusItem item) { return *std::ranges::find(rows, item, &Row::item); }

}  // namespace

bool has_item(const StatusItems& items, StatusItem item) { return std::ranges::find(items, item) != items.end(); }

std::optional<StatusNumbers> read_status(storage::ReadTransaction& tx, const MailboxKey& mailbox,
                                         const StatusItems& items) {
  const auto state = tx.state(mailbox.id);
  if (!state) return std::nullopt;
  StatusNumbers numbers{.mailbox = mailbox, .state = *state};
  for (const Row& row : rows)
    if (row.read && has_item(items, row.item)) row.read(tx, numbers);
  return numbers;
}

void status_response(Client& client, const MailboxName& name, const StatusNumbers& numbers,
                     const StatusItems& items) {
  protocol::Writer out = client.respond();
  out.raw("* STATUS ").mailbox(name).raw(" (");
  const Answer answer{.out = out, .numbers = numbers, .state = numbers.state, .limits = client.context().limits};
  std::string_view separator;
  for (const StatusItem item : items) {
    const Row& row = row_of(item);
    out.raw(separator).raw(row.label).sp();
    row.write(answer);
    separator = " ";
  }
  out.raw(")").crlf();
  const bool is_selected = client.has_selected() && client.selected().key() == numbers.mailbox;
  if (is_selected && has_item(items, StatusItem::highestmodseq)) client.command().note_modseqs_told();
}

async::Task<Reply> handle(Client& client, grammar::Status command) {
  StatusItems items;
  for (const auto att : command.status_att()) items.push_back(att.kind());
  if (has_item(items, StatusItem::highestmodseq)) client.enable(Feature::condstore);  // RFC 7162 section 3.1
  const auto place = mailbox_place(client, command.mailbox().text());
  if (!place) co_return refusal(Error::no_such_mailbox);
  const auto numbers = co_await place->account->read([&](storage::ReadTransaction& tx) {
    const auto id = tx.find(place->name);
    return id ? read_status(tx, {place->account->id(), *id}, items) : std::nullopt;
  });
  if (!numbers) co_return refusal(Error::no_such_mailbox);
  status_response(client, place->name, *numbers, items);
  co_return Reply::ok("STATUS completed");
}

}  // namespace postbag
