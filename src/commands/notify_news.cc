#include "commands/notify_news.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/list_response.h"
#include "commands/status.h"
#include "session/session.h"

namespace postbag {

namespace {

/// The store's names and the states of what is watched, at one moment.
struct Found {
  std::vector<storage::MailboxEntry> entries;
  ToldMailboxes all;
  bool too_many = false;  ///< mailboxes whose messages are watched
};

Found look(storage::ReadTransaction& tx, const NotifyRequest& request, std::size_t most) {
  Found found;
  found.entries = tx.mailboxes();
  std::size_t watched = 0;
  for (const storage::MailboxEntry& entry : found.entries) {
    if (entry.subscribed) found.all.subscribed.insert(entry.name.utf8());
    if (!entry.id) continue;
    ToldMailbox& told = found.all.mailboxes.emplace(*entry.id, ToldMailbox{entry.name, {}}).first->second;
    if (!request.events_of(entry.name, entry.subscribed).any_of_messages()) continue;
    told.state = *tx.state(*entry.id);
    found.too_many = ++watched > most;
    if (found.too_many) return found;
  }
  return found;
}

bool is_selected(const Session& session, MailboxId id) {
  return session.has_selected() && session.selected().id == id;
}

NotifyEvents events_of(Session& session, const MailboxName& name) {
  const Notify& notify = session.notify();
  return notify.request().events_of(name, session.notify().told().subscribed.contains(name.utf8()));
}

void tell_status(Session& session, MailboxId id, const ToldMailbox& mailbox, const StatusItems& items) {
  status_response(session, mailbox.name, {.id = id, .state = *mailbox.state}, items);
}

/// RFC 5465 section 3.1.
StatusItems first_items(NotifyEvents events) {
  StatusItems items{StatusItem::messages, StatusItem::uid_next, StatusItem::uid_validity};
  if (events.has(NotifyEvent::flag_change)) items.push_back(StatusItem::highest_modseq);
  return items;
}

/// What has to be told when a mailbox has changed; empty when nothing. RFC 5465 sections 5.1 to 5.3.
StatusItems changed_items(const Session& session, NotifyEvents events, const storage::MailboxState& before,
                          const storage::MailboxState& now) {
  StatusItems items;
  const bool flags = events.has(NotifyEvent::flag_change);
  const bool other_validity = flags && before.uid_validity != now.uid_validity;
  const bool messages = before.uid_next != now.uid_next || before.messages != now.messages;
  const bool unseen = flags && before.unseen != now.unseen;
  const bool modseq = session.condstore() && (messages || flags) && before.highest_modseq != now.highest_modseq;
  if (messages) items = {StatusItem::messages, StatusItem::uid_next};
  if (unseen) items.push_back(StatusItem::unseen);
  if (modseq || other_validity) items.push_back(StatusItem::uid_validity);
  if (modseq) items.push_back(StatusItem::highest_modseq);
  return items;
}

void tell_messages(Session& session, const NotifyMarks& marks, const ToldMailboxes& now) {
  auto& told = session.notify().told().mailboxes;
  for (const MailboxId id : marks.mailboxes) {
    const auto before = told.find(id);
    const auto after = now.mailboxes.find(id);
    const bool both =
        before != told.end() && before->second.state && after != now.mailboxes.end() && after->second.state;
    if (!both || is_selected(session, id)) continue;  // the selected one is compared again when it is left
    const StatusItems items =
        changed_items(session, events_of(session, after->second.name), *before->second.state, *after->second.state);
    if (!items.empty()) tell_status(session, id, after->second, items);
    before->second.state = after->second.state;
  }
}

/// Tells names, each once, as they are now.
class NameTeller {
 public:
  NameTeller(Session& session, const Found& found) : session_(session), found_(found) {
    for (const auto& [id, mailbox] : told().mailboxes) {
      const auto now = found.all.mailboxes.find(id);
      if (now != found.all.mailboxes.end() && now->second.name != mailbox.name)
        renamed_.emplace(mailbox.name.utf8(), now->second.name);
    }
  }

  void tell_new_and_renamed() {
    for (const auto& [id, mailbox] : found_.all.mailboxes) {
      const auto before = told().mailboxes.find(id);
      if (before == told().mailboxes.end())
        affected(mailbox.name);
      else if (before->second.name != mailbox.name && !parent_was_renamed(before->second.name, mailbox.name))
        tell(mailbox.name, NotifyEvent::mailbox_name, &before->second.name);
    }
  }

  void tell_removed() {
    for (const auto& [id, mailbox] : told().mailboxes)
      if (!found_.all.mailboxes.contains(id)) affected(mailbox.name);
  }

  void tell_subscriptions() {
    std::vector<std::string> changed;
    std::ranges::set_symmetric_difference(told().subscribed, found_.all.subscribed, std::back_inserter(changed));
    for (const std::string& name : changed)
      if (const auto mailbox = MailboxName::from(name)) tell(*mailbox, NotifyEvent::subscription_change);
  }

 private:
  const ToldMailboxes& told() { return session_.notify().told(); }

  /// A name that came or went, and its direct parent, which may have got or lost children. Section 5.4.
  void affected(const MailboxName& name) {
    tell(name, NotifyEvent::mailbox_name);
    if (const auto parent = name.parent()) tell(*parent, NotifyEvent::mailbox_name);
  }

  /// "No additional MailboxName events are sent for children in this case": section 5.4.
  bool parent_was_renamed(const MailboxName& from, const MailboxName& to) const {
    std::string_view top = from.utf8();
    for (std::size_t end = top.rfind(MailboxName::separator); end != top.npos;
         end = top.rfind(MailboxName::separator)) {
      top = top.substr(0, end);
      const auto it = renamed_.find(top);
      if (it == renamed_.end()) continue;
      const auto moved = from.rebased(*MailboxName::from(top), it->second);
      if (moved && *moved == to) return true;
    }
    return false;
  }

  void tell(const MailboxName& name, NotifyEvent event, const MailboxName* old_name = nullptr) {
    const bool subscribed = found_.all.subscribed.contains(name.utf8());
    const bool was_subscribed = told().subscribed.contains(name.utf8());
    const NotifyEvents events = session_.notify().request().events_of(name, subscribed || was_subscribed);
    if (!events.has(event) || !told_.insert(name.utf8()).second) return;
    ListShown shown{.subscribed = true, .old_name = {}, .child_info = {}};
    if (old_name != nullptr) shown.old_name = old_name->utf8();
    list_response(session_, row_of(name), shown);
  }

  ListRow row_of(const MailboxName& name) const {
    const auto entry = std::ranges::lower_bound(
        found_.entries, name.utf8(), {},
        [](const storage::MailboxEntry& e) -> const std::string& { return e.name.utf8(); });
    if (entry != found_.entries.end() && entry->name == name)
      return {.name = listed_name(*entry), .has_children = entry->has_children, .child_info = false};
    return {.name = {.name = name.utf8(), .exists = false, .subscribed = false, .special_use = {}},
            .has_children = false,
            .child_info = false};
  }

  Session& session_;
  const Found& found_;
  std::map<std::string, MailboxName, std::less<>> renamed_;  ///< old name -> new one
  std::set<std::string> told_;
};

void tell_names(Session& session, const Found& found) {
  NameTeller teller(session, found);
  teller.tell_new_and_renamed();
  teller.tell_removed();
  teller.tell_subscriptions();
}

async::Task<Found> look(Session& session, const NotifyRequest& request) {
  const std::size_t most = session.context().limits.notify_mailboxes;
  co_return co_await session.account().read([&](storage::ReadTransaction& tx) { return look(tx, request, most); });
}

/// The states of those that commits marked, under the names they were told by.
ToldMailboxes look_at(storage::ReadTransaction& tx, const NotifyMarks& marks, const ToldMailboxes& told) {
  ToldMailboxes now;
  for (const MailboxId id : marks.mailboxes) {
    const auto known = told.mailboxes.find(id);
    const auto state = tx.state(id);
    if (known != told.mailboxes.end() && state) now.mailboxes.emplace(id, ToldMailbox{known->second.name, *state});
  }
  return now;
}

/// Names and subscriptions as they are now; of messages what was told, since not all that changed was marked yet.
void adopt(Session& session, ToldMailboxes now) {
  const auto& told = session.notify().told().mailboxes;
  for (auto& [id, mailbox] : now.mailboxes)
    if (const auto before = told.find(id); before != told.end() && before->second.state && mailbox.state)
      mailbox.state = before->second.state;
  session.notify().told() = std::move(now);
}

/// RFC 5465 section 5.8.
void overflow(Session& session) {
  session.notify().stop();
  session.respond().raw("* OK [NOTIFICATIONOVERFLOW] Too many mailboxes to watch").crlf();
}

}  // namespace

async::Task<bool> begin_watching(Session& session, NotifyRequest& request, TellStatus tell) {
  Found found = co_await look(session, request);
  if (found.too_many) co_return false;
  // No suspension since the look: commits behind it leave marks.
  session.notify().start(session.account(), std::move(request), std::move(found.all));
  if (tell == TellStatus::no) co_return true;
  for (const auto& [id, mailbox] : session.notify().told().mailboxes)
    if (mailbox.state && !is_selected(session, id))
      tell_status(session, id, mailbox, first_items(events_of(session, mailbox.name)));
  co_return true;
}

async::Task<void> tell_notified(Session& session) {
  const NotifyMarks marks = session.notify().take_marks();
  if (marks.names) {
    Found found = co_await look(session, session.notify().request());
    if (found.too_many) co_return overflow(session);
    tell_names(session, found);
    tell_messages(session, marks, found.all);
    adopt(session, std::move(found.all));
  } else {
    const ToldMailboxes& told = session.notify().told();
    const ToldMailboxes now =
        co_await session.account().read([&](storage::ReadTransaction& tx) { return look_at(tx, marks, told); });
    tell_messages(session, marks, now);
  }
}

}  // namespace postbag
