#include "commands/notify/notify_news.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/mailboxes/list_response.h"
#include "commands/mailboxes/status.h"
#include "commands/search/search_updates.h"
#include "session/session.h"

namespace postbag {

namespace {

/// The store's names and the states of what is watched, at one moment.
struct Found {
  std::vector<storage::MailboxEntry> entries;
  ToldMailboxes all;
  std::set<MailboxId> successors;  ///< watched, under a name new to the client that another mailbox had before
  bool too_many = false;           ///< mailboxes whose messages are watched
};

Found look(storage::ReadTransaction& tx, const NotifyRequest& request, std::size_t most) {
  Found found;
  found.entries = tx.mailboxes();
  std::size_t watched = 0;
  for (const storage::MailboxEntry& entry : found.entries) {
    if (entry.subscribed) found.all.subscribed.insert(entry.name.utf8());
    if (!entry.id) continue;
    ToldMailbox& told = found.all.mailboxes.emplace(*entry.id, ToldMailbox{entry.name, {}}).first->second;
    if (!has_messages(request.events_of(entry.name, entry.subscribed))) continue;
    told.state = *tx.state(*entry.id);
    found.too_many = ++watched > most;
    if (found.too_many) return found;
  }
  return found;
}

/// A client may have kept what it knows of a mailbox by its name, however long ago that was: it has to hear of
/// another UIDVALIDITY. RFC 5465 section 5.1.
void find_successors(storage::ReadTransaction& tx, const ToldMailboxes& told, Found& found) {
  for (const auto& [id, mailbox] : found.all.mailboxes) {
    const auto before = told.mailboxes.find(id);
    const bool is_new = before == told.mailboxes.end() || before->second.name != mailbox.name;
    if (mailbox.state && is_new && tx.was_used(mailbox.name)) found.successors.insert(id);
  }
}

bool is_selected(const Session& session, MailboxId id) {
  return session.has_selected() && session.selected().id == id;
}

NotifyEvents events_of(Session& session, const MailboxName& name, const ToldMailboxes& all) {
  return session.notify().request().events_of(name, all.subscribed.contains(name.utf8()));
}

void tell_status(Session& session, MailboxId id, const ToldMailbox& mailbox, const StatusItems& items) {
  status_response(session, mailbox.name, {.id = id, .state = *mailbox.state}, items);
}

/// RFC 5465 section 3.1.
StatusItems first_items(NotifyEvents events) {
  StatusItems items{StatusItem::messages, StatusItem::uidnext, StatusItem::uidvalidity};
  if (events.has(NotifyEvent::flag_change)) items.push_back(StatusItem::highestmodseq);
  return items;
}

/// How a watched mailbox was when the client was last told of it.
struct Before {
  storage::MailboxState state;
  bool other_validity = false;  ///< the client may know another UIDVALIDITY by its name
};

/// What has to be told when a mailbox has changed; empty when nothing. RFC 5465 sections 5.1 to 5.3. Numbers of
/// messages mean nothing without their UIDVALIDITY: another one is told whatever the events are, and with them.
StatusItems changed_items(const Session& session, NotifyEvents events, const Before& before,
                          const storage::MailboxState& now) {
  StatusItems items;
  const storage::MailboxState& old = before.state;
  const bool flags = events.has(NotifyEvent::flag_change);
  const bool other_validity = before.other_validity || old.uid_validity != now.uid_validity;
  const bool messages = other_validity || old.uid_next != now.uid_next || old.messages != now.messages;
  const bool unseen = flags && old.unseen != now.unseen;
  const bool other_modseq = (messages || flags) && old.highest_modseq != now.highest_modseq;
  const bool modseq = session.condstore() && (other_modseq || other_validity);
  if (messages) items = {StatusItem::messages, StatusItem::uidnext};
  if (unseen) items.push_back(StatusItem::unseen);
  if (modseq || other_validity) items.push_back(StatusItem::uidvalidity);
  if (modseq) items.push_back(StatusItem::highestmodseq);
  return items;
}

/// A mailbox that nothing was told of: to the client it was empty.
storage::MailboxState empty_state(UidValidity validity) {
  storage::MailboxState state;
  state.uid_validity = validity;
  return state;
}

/// Of what is watched only since this look the client knows nothing, if it is new or was renamed or its messages
/// changed meanwhile; else its messages are no event, and count from now on.
storage::MailboxState known_state(const ToldMailboxes& told, const NotifyMarks& marks, MailboxId id,
                                  const ToldMailbox& now) {
  const auto before = told.mailboxes.find(id);
  const bool is_told = before != told.mailboxes.end();
  if (is_told && before->second.state) return before->second.before(*now.state);
  const bool as_it_was = is_told && before->second.name == now.name && !marks.mailboxes.contains(id);
  return as_it_was ? *now.state : empty_state(now.state->uid_validity);
}

/// Compares all that is watched: behind a change of names marks do not tell what a client has to hear.
void tell_messages(Session& session, const NotifyMarks& marks, const Found& found) {
  const ToldMailboxes& told = session.notify().told();
  for (const auto& [id, now] : found.all.mailboxes) {
    if (!now.state || is_selected(session, id)) continue;  // the selected one is compared when it is left
    const Before before{known_state(told, marks, id, now), found.successors.contains(id)};
    const StatusItems items = changed_items(session, events_of(session, now.name, found.all), before, *now.state);
    if (!items.empty()) tell_status(session, id, now, items);
  }
}

/// Compares what was marked, when no names have changed.
void tell_marked_messages(Session& session, const ToldMailboxes& now) {
  ToldMailboxes& told = session.notify().told();
  for (const auto& [id, after] : now.mailboxes) {
    ToldMailbox& known = told.mailboxes.at(id);
    if (!known.state || is_selected(session, id)) continue;  // the selected one is compared when it is left
    const StatusItems items =
        changed_items(session, events_of(session, known.name, told), {known.before(*after.state)}, *after.state);
    if (!items.empty()) tell_status(session, id, after, items);
    known.state = after.state;
  }
}

/// Tells names, each once, as they are now.
class NameTeller {
 public:
  NameTeller(Session& session, const NotifyMarks& marks, const Found& found)
      : session_(session), marks_(marks), found_(found) {
    for (const auto& [id, mailbox] : told().mailboxes) {
      const auto now = found.all.mailboxes.find(id);
      if (now != found.all.mailboxes.end() && now->second.name != mailbox.name)
        renamed_.emplace(mailbox.name.utf8(), now->second.name);
    }
  }

  void tell_renamed() {
    for (const auto& [id, mailbox] : found_.all.mailboxes)
      if (const auto old_name = old_name_of(id, mailbox.name))
        tell(mailbox.name, NotifyEvent::mailbox_name, &*old_name);
  }

  void tell_new() {
    for (const auto& [id, mailbox] : found_.all.mailboxes)
      if (!told().mailboxes.contains(id) && !marks_.from_inbox.contains(id)) affected(mailbox.name);
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

  /// By what name the client knows a mailbox that was renamed by itself.
  std::optional<MailboxName> old_name_of(MailboxId id, const MailboxName& now) {
    const auto before = told().mailboxes.find(id);
    if (before == told().mailboxes.end()) {
      // The messages of INBOX are in another mailbox now: for the client INBOX was renamed. Section 5.4.
      if (marks_.from_inbox.contains(id)) return MailboxName::inbox();
      return std::nullopt;
    }
    const MailboxName& old = before->second.name;
    if (old == now || parent_was_renamed(old, now)) return std::nullopt;
    return old;
  }

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
  const NotifyMarks& marks_;
  const Found& found_;
  std::map<std::string, MailboxName, std::less<>> renamed_;  ///< old name -> new one
  std::set<std::string> told_;
};

void tell_names(Session& session, const NotifyMarks& marks, const Found& found) {
  NameTeller teller(session, marks, found);
  teller.tell_renamed();
  teller.tell_new();
  teller.tell_removed();
  teller.tell_subscriptions();
}

async::Task<Found> look(Session& session, const NotifyRequest& request) {
  const std::size_t most = session.context().limits.notify_mailboxes;
  const ToldMailboxes& told = session.notify().told();
  co_return co_await session.account().read([&](storage::ReadTransaction& tx) {
    Found found = look(tx, request, most);
    if (!told.mailboxes.empty()) find_successors(tx, told, found);
    return found;
  });
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

/// All that was found is told now, but for the messages of the selected mailbox.
void adopt(Session& session, ToldMailboxes now) {
  ToldMailboxes& told = session.notify().told();
  for (auto& [id, mailbox] : now.mailboxes) {
    const auto before = told.mailboxes.find(id);
    if (!is_selected(session, id) || before == told.mailboxes.end()) continue;
    if (mailbox.state && before->second.state) mailbox.state = before->second.state;
  }
  told = std::move(now);
}

/// RFC 5465 section 5.8.
void overflow(Session& session) {
  end_watching(session);
  session.respond().raw("* OK [NOTIFICATIONOVERFLOW] Too many mailboxes to watch").crlf();
}

/// Compares what was marked with the store, and tells the difference.
async::Task<void> tell_marked(Session& session, const NotifyMarks& marks) {
  if (marks.names) {
    Found found = co_await look(session, session.notify().request());
    if (found.too_many) co_return overflow(session);
    tell_names(session, marks, found);
    tell_messages(session, marks, found);
    adopt(session, std::move(found.all));
  } else {
    const ToldMailboxes& told = session.notify().told();
    const ToldMailboxes now =
        co_await session.account().read([&](storage::ReadTransaction& tx) { return look_at(tx, marks, told); });
    tell_marked_messages(session, now);
  }
}

/// Reports what has changed where commits left marks. Ends the watching, and says so, when it has become too much.
class NotifiedMailboxes final : public Follower {
 public:
  explicit NotifiedMailboxes(Session& session) : session_(session) {}

  bool has_news() const override { return session_.notify().has_marks(); }
  async::Task<void> report_news() override {
    NotifyMarks marks = session_.notify().take_marks();
    std::exception_ptr failure;
    try {
      co_await tell_marked(session_, marks);
    } catch (...) {
      failure = std::current_exception();
    }
    if (!failure) co_return;
    session_.notify().put_back(std::move(marks));
    std::rethrow_exception(failure);
  }

 private:
  Session& session_;
};

}  // namespace

async::Task<bool> begin_watching(Session& session, NotifyRequest& request, TellStatus tell) {
  Found found = co_await look(session, request);
  if (found.too_many) co_return false;
  // No suspension since the look: commits behind it leave marks.
  session.followers().get<NotifiedMailboxes>(session);
  session.notify().start(session.account(), std::move(request), std::move(found.all));
  if (tell == TellStatus::no) co_return true;
  for (const auto& [id, mailbox] : session.notify().told().mailboxes)
    if (mailbox.state && !is_selected(session, id))
      tell_status(session, id, mailbox, first_items(events_of(session, mailbox.name, session.notify().told())));
  co_return true;
}

void end_watching(Session& session) {
  session.notify().stop();
  fetch_of_new(session, {});
}

}  // namespace postbag
