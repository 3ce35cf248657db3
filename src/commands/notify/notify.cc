// NOTIFY. RFC 5465.

#include <algorithm>
#include <expected>
#include <utility>
#include <vector>

#include "commands/arguments.h"
#include "commands/fetch/fetch_item.h"
#include "commands/handlers.h"
#include "commands/mailbox_filter.h"
#include "commands/notify/notify_news.h"
#include "commands/search/updates/updates.h"
#include "session/client.h"

namespace postbag {

namespace {

using Filter = grammar::FilterMailboxes::Kind;
using EventKind = grammar::Event::Kind;

/// One event group's events.
struct Events {
  NotifyEvents events;
  FetchItems items;  ///< of MessageNew
};

/// RFC 5465 section 3.1: the events there are.
Reply bad_event() {
  return Reply::no("Unsupported event",
                   "BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange)");
}

/// Nothing for an event that there is not.
std::optional<NotifyEvent> event_of(grammar::Event event) {
  switch (event.kind()) {
    case EventKind::message_new: return NotifyEvent::message_new;
    case EventKind::messageexpunge: return NotifyEvent::message_expunge;
    case EventKind::flagchange: return NotifyEvent::flag_change;
    case EventKind::mailboxname: return NotifyEvent::mailbox_name;
    case EventKind::subscriptionchange: return NotifyEvent::subscription_change;
    default: return std::nullopt;
  }
}

/// RFC 5465 section 5: MessageNew and MessageExpunge go together, FlagChange and AnnotationChange go with them.
bool are_consistent(NotifyEvents events, bool annotations) {
  const bool arrivals = events.has(NotifyEvent::message_new);
  if (arrivals != events.has(NotifyEvent::message_expunge)) return false;
  return arrivals || !(annotations || events.has(NotifyEvent::flag_change));
}

std::optional<Reply> add_items_of(grammar::MessageNew event, FetchItems& items) {
  if (event.fetch_att().size() > most_fetch_items) return Reply::no("Too many data items", "LIMIT");
  for (const auto att : event.fetch_att()) add_item(items, att);
  return std::nullopt;
}

/// Without parentheses, as in the examples of section 3.1, MessageNew comes first and may stand for both.
std::optional<Reply> add_bare(grammar::EventGroup group, Events& out) {
  const auto bare = group.message_new();
  if (!bare) return std::nullopt;
  out.events.add(NotifyEvent::message_new);
  if (group.event().size() == 0) out.events.add(NotifyEvent::message_expunge);
  return add_items_of(*bare, out.items);
}

std::expected<Events, Reply> events_of(grammar::EventGroup group) {
  Events out;
  bool unsupported = false;
  bool annotations = false;
  if (auto refused = add_bare(group, out)) return std::unexpected(std::move(*refused));
  for (const auto event : group.event()) {
    const auto known = event_of(event);
    if (known) out.events.add(*known);
    unsupported = unsupported || !known;
    annotations = annotations || event.kind() == EventKind::annotationchange;
    if (const auto message_new = event.message_new())
      if (auto refused = add_items_of(*message_new, out.items)) return std::unexpected(std::move(*refused));
  }
  if (!are_consistent(out.events, annotations))
    return std::unexpected(Reply::bad("These events cannot be combined"));
  if (unsupported) return std::unexpected(bad_event());
  return out;
}

bool is_about_names(NotifyEvents events) {
  return events.has(NotifyEvent::mailbox_name) || events.has(NotifyEvent::subscription_change);
}

SelectedNews selected_news(NotifyEvents events, bool delayed) {
  SelectedNews news;
  news.messages = has_messages(events);
  news.flags = events.has(NotifyEvent::flag_change);
  news.between_commands = news.messages;
  news.holds_removals = delayed;
  return news;
}

/// Reads the event groups into a request.
class Reader {
 public:
  explicit Reader(Client& client) : client_(client) {}

  std::optional<Reply> read(grammar::EventGroup group) {
    auto events = events_of(group);
    if (!events) return events.error();
    const Filter filter = group.filter_mailboxes().kind();
    if (filter == Filter::selected || filter == Filter::selected_delayed)
      return read_selected(std::move(*events), filter == Filter::selected_delayed);
    if (!events->items.empty()) return Reply::bad("FETCH items are allowed only for the selected mailbox");
    add_filter(client_, group.filter_mailboxes(), events->events, request_);
    return std::nullopt;
  }
  NotifyRequest take() { return std::move(request_); }
  FetchItems take_items_of_new() { return std::move(items_of_new_); }

 private:
  std::optional<Reply> read_selected(Events events, bool delayed) {
    // RFC 5465 section 6.1.
    if (std::exchange(has_selected_, true)) return Reply::bad("SELECTED is given twice");
    if (is_about_names(events.events)) return Reply::bad("SELECTED allows only message events");
    request_.selected = selected_news(events.events, delayed);
    items_of_new_ = std::move(events.items);
    return std::nullopt;
  }

  Client& client_;
  NotifyRequest request_ = {.selected = SelectedNews::none(),
                            .personal = {},
                            .subscribed = {},
                            .subtrees = {},
                            .children = {},
                            .mailboxes = {}};
  FetchItems items_of_new_;
  bool has_selected_ = false;
};

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Notify command) {
  const auto groups = command.event_group();
  const bool set = groups.size() != 0;
  Reader reader(client);
  for (const auto group : groups)
    if (auto refused = reader.read(group)) co_return std::move(*refused);
  const ReportStatus report = command.status_indicator() ? ReportStatus::yes : ReportStatus::no;
  // An implicit NOOP, with what held before: section 3.1.
  co_await client.sync();
  if (!set) {
    end_watching(client);
    co_return Reply::ok("NOTIFY completed");
  }
  NotifyRequest request = reader.take();
  const bool watches = co_await begin_watching(client, request, report);
  if (!watches) co_return Reply::no("Too many mailboxes to watch", "NOTIFICATIONOVERFLOW");
  fetch_of_new(client, reader.take_items_of_new());
  co_return Reply::ok("NOTIFY completed");
}

}  // namespace postbag
