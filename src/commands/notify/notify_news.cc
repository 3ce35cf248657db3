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
#include "commands/search/updates/updates.h"
#include "session/client.h"

namespace postbag {

namespace {

/// The store's names and the states of what is watched, at one moment.
struct Found {
  std::vector<storage::MailboxEntry> entries;
  KnownMailboxes all;
  std::set<MailboxKey> successors;  ///< watched, under a name new to the client that another mailbox had before
  bool too_many = false;            ///< mailboxes whose messages are watched
};

Found look(storage::ReadTransaction& tx, AccountId account, const NotifyRequest& request, std::size_t most) {
  Found found;
  found.entries = tx.mailboxes();
  std::size_t watched = 0;
  for (const storage::MailboxEntry& entry : found.entries) {
    if (entry.subscribed) found.all.subscribed.insert(entry.name.utf8());
    if (!entry.id) continue;
    const MailboxKey key{account, *entry.id};
    KnownMailbox& known = found.all.mailboxes.emplace(key, KnownMailbox{entry.name, {}}).first->second;
    if (!has_messages(request.events_of(entry.name, entry.subscribed))) continue;
    known.state = *tx.state(*entry.id);
    found.too_many = ++watched > most;
    if (found.too_many) return found;
  }
  return found;
}

/// A client may have kept what it knows of a mailbox by its name, however long ago that was: it has to hear of
/// another UIDVALIDITY. RFC 5465 section 5.1.
void find_successors(storage::ReadTransaction& tx, const KnownMailboxes& known, Found& found) {
  for (const auto& [key, mailbox] : found.all.mailboxes) {
    const auto before = known.mailboxes.find(key);
    const bool is_new = before == known.mailboxes.end() || before->second.name != mailbox.name;
    if (mailbox.state && is_new && tx.was_used(mailbox.name)) found.successors.insert(key);
  }
}

bool is_selected(const Client& client, const MailboxKey& mailbox) {
  return client.has_selected() && client.selected().key() == mailbox;
}

NotifyEvents events_of(Client& client, const MailboxName& name, const KnownMailboxes& all) {
  return client.notify().request().events_of(name, all.subscribed.contains(name.utf8()));
}

void report_status(Client& client, const MailboxKey& key, const KnownMailbox& mailbox, const StatusItems& items) {
  status_response(client, mailbox.name, {.mailbox = key, .state = *mailbox.state}, items);
}

/// RFC 5465 section 3.1.
StatusItems first_items(NotifyEvents events) {
  StatusItems items{StatusItem::messages, StatusItem::uidnext, StatusItem::uidvalidity};
  if (events.has(NotifyEvent::flag_change)) items.push_back(StatusItem::highestmodseq);
  return items;
}

/// How a watched mailbox was at the last report to the client.
struct Before {
  storage::MailboxState state;
  bool other_validity = false;  ///< the client may know another UIDVALIDITY by its name
};

/// What has to be reported when a mailbox has changed; empty when nothing. RFC 5465 sections 5.1 to 5.3. Numbers of
/// messages mean nothing without their UIDVALIDITY: another one is reported whatever the events are, and with them.
StatusItems changed_items(const Client& client, NotifyEvents events, const Before& before,
                          const storage::MailboxState& now) {
  StatusItems items;
  const storage::MailboxState& old = before.state;
  const bool flags = events.has(NotifyEvent::flag_change);
  const bool other_validity = before.other_validity || old.uid_validity != now.uid_validity;
  const bool messages = other_validity || old.uid_next != now.uid_next || old.messages != now.messages;
  const bool unseen = flags && old.unseen != now.unseen;
  const bool other_modseq = (messages || flags) && old.highest_modseq != now.highest_modseq;
  const bool modseq = client.condstore() && (other_modseq || other_validity);
  if (messages) items = {StatusItem::messages, StatusItem::uidnext};
  if (unseen) items.push_back(StatusItem::unseen);
  if (modseq || other_validity) items.push_back(StatusItem::uidvalidity);
  if (modseq) items.push_back(StatusItem::highestmodseq);
  return items;
}

/// A mailbox of which nothing was reported: to the client it was empty.
storage::MailboxState empty_state(UidValidity validity) {
  storage::MailboxState state;
  state.uid_validity = validity;
  return state;
}

/// Of what is watched only since this look the client knows nothing, if it is new or was renamed or its messages
/// changed meanwhile; else its messages are no event, and count from now on.
storage::MailboxState known_state(const KnownMailboxes& known, const NotifyMarks& marks, const MailboxKey& key,
                                  const KnownMailbox& now) {
  const auto before = known.mailboxes.find(key);
  const bool is_known = before != known.mailboxes.end();
  if (is_known && before->second.state) return before->second.before(*now.state);
  const bool as_it_was = is_known && before->second.name == now.name && !marks.mailboxes.contains(key);
  return as_it_was ? *now.state : empty_state(now.state->uid_validity);
}

/// Compares all that is watched: after a change of names, marks do not say what a client has to hear.
void report_messages(Client& client, const NotifyMarks& marks, const Found& found) {
  const KnownMailboxes& known = client.notify().known();
  for (const auto& [key, now] : found.all.mailboxes) {
    if (!now.state || is_selected(client, key)) continue;  // the selected one is compared when it is left
    const Before before{known_state(known, marks, key, now), found.successors.contains(key)};
    const StatusItems items = changed_items(client, events_of(client, now.name, found.all), before, *now.state);
    if (!items.empty()) report_status(client, key, now, items);
  }
}

/// Compares what was marked, when no names have changed.
void report_marked_messages(Client& client, const KnownMailboxes& now) {
  KnownMailboxes& known = client.notify().known();
  for (const auto& [key, after] : now.mailboxes) {
    KnownMailbox& before = known.mailboxes.at(key);
    if (!before.state || is_selected(client, key)) continue;  // the selected one is compared when it is left
    const StatusItems items =
        changed_items(client, events_of(client, before.name, known), {before.before(*after.state)}, *after.state);
    if (!items.empty()) report_status(client, key, after, items);
    before.state = after.state;
  }
}

/// Reports names, each once, as they are now.
class NameReporter {
 public:
  NameReporter(Client& client, const NotifyMarks& marks, const Found& found)
      : client_(client), marks_(marks), found_(found) {
    for (const auto& [key, mailbox] : known().mailboxes) {
      const auto now = found.all.mailboxes.find(key);
      if (now != found.all.mailboxes.end() && now->second.name != mailbox.name)
        renamed_.emplace(mailbox.name.utf8(), now->second.name);
    }
  }

  void report_renamed() {
    for (const auto& [key, mailbox] : found_.all.mailboxes)
      if (const auto old_name = old_name_of(key, mailbox.name))
        report(mailbox.name, NotifyEvent::mailbox_name, &*old_name);
  }

  void report_new() {
    for (const auto& [key, mailbox] : found_.all.mailboxes)
      if (!known().mailboxes.contains(key) && !marks_.from_inbox.contains(key)) affected(mailbox.name);
  }

  void report_removed() {
    for (const auto& [key, mailbox] : known().mailboxes)
      if (!found_.all.mailboxes.contains(key)) affected(mailbox.name);
  }

  void report_subscriptions() {
    std::vector<std::string> changed;
    std::ranges::set_symmetric_difference(known().subscribed, found_.all.subscribed, std::back_inserter(changed));
    for (const std::string& name : changed)
      if (const auto mailbox = MailboxName::from(name)) report(*mailbox, NotifyEvent::subscription_change);
  }

 private:
  const KnownMailboxes& known() { return client_.notify().known(); }

  /// By what name the client knows a mailbox that was renamed by itself.
  std::optional<MailboxName> old_name_of(const MailboxKey& key, const MailboxName& now) {
    const auto before = known().mailboxes.find(key);
    if (before == known().mailboxes.end()) {
      // The messages of INBOX are in another mailbox now: for the client INBOX was renamed. Section 5.4.
      if (marks_.from_inbox.contains(key)) return MailboxName::inbox();
      return std::nullopt;
    }
    const MailboxName& old = before->second.name;
    if (old == now || parent_was_renamed(old, now)) return std::nullopt;
    return old;
  }

  /// A name that came or went, and its direct parent, which may have got or lost children. Section 5.4.
  void affected(const MailboxName& name) {
    report(name, NotifyEvent::mailbox_name);
    if (const auto parent = name.parent()) report(*parent, NotifyEvent::mailbox_name);
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

  void report(const MailboxName& name, NotifyEvent event, const MailboxName* old_name = nullptr) {
    const bool subscribed = found_.all.subscribed.contains(name.utf8());
    const bool was_subscribed = known().subscribed.contains(name.utf8());
    const NotifyEvents events = client_.notify().request().events_of(name, subscribed || was_subscribed);
    if (!events.has(event) || !reported_.insert(name.utf8()).second) return;
    ListShown shown{.subscribed = true, .old_name = {}, .child_info = {}};
    if (old_name != nullptr) shown.old_name = old_name->utf8();
    list_response(client_, row_of(name), shown);
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

  Client& client_;
  const NotifyMarks& marks_;
  const Found& found_;
  std::map<std::string, MailboxName, std::less<>> renamed_;  ///< old name -> new one
  std::set<std::string> reported_;
};

void report_names(Client& client, const NotifyMarks& marks, const Found& found) {
  NameReporter reporter(client, marks, found);
  reporter.report_renamed();
  reporter.report_new();
  reporter.report_removed();
  reporter.report_subscriptions();
}

async::Task<Found> look(Client& client, const NotifyRequest& request) {
  const std::size_t most = client.context().limits.notify_mailboxes;
  const KnownMailboxes& known = client.notify().known();
  Account& home = client.access().home();
  co_return co_await home.read([&](storage::ReadTransaction& tx) {
    Found found = look(tx, home.id(), request, most);
    if (!known.mailboxes.empty()) find_successors(tx, known, found);
    return found;
  });
}

/// The states of those that commits marked, under the names they were reported by.
KnownMailboxes look_at(storage::ReadTransaction& tx, const NotifyMarks& marks, const KnownMailboxes& known) {
  KnownMailboxes now;
  for (const MailboxKey& key : marks.mailboxes) {
    const auto before = known.mailboxes.find(key);
    const auto state = tx.state(key.id);
    if (before != known.mailboxes.end() && state)
      now.mailboxes.emplace(key, KnownMailbox{before->second.name, *state});
  }
  return now;
}

/// All that was found is known now, but for the messages of the selected mailbox.
void adopt(Client& client, KnownMailboxes now) {
  KnownMailboxes& known = client.notify().known();
  for (auto& [key, mailbox] : now.mailboxes) {
    const auto before = known.mailboxes.find(key);
    if (!is_selected(client, key) || before == known.mailboxes.end()) continue;
    if (mailbox.state && before->second.state) mailbox.state = before->second.state;
  }
  known = std::move(now);
}

/// RFC 5465 section 5.8.
void overflow(Client& client) {
  end_watching(client);
  client.respond().raw("* OK [NOTIFICATIONOVERFLOW] Too many mailboxes to watch").crlf();
}

/// Compares what was marked with the store, and reports the difference.
async::Task<void> report_marked(Client& client, const NotifyMarks& marks) {
  if (marks.names) {
    Found found = co_await look(client, client.notify().request());
    if (found.too_many) co_return overflow(client);
    report_names(client, marks, found);
    report_messages(client, marks, found);
    adopt(client, std::move(found.all));
  } else {
    const KnownMailboxes& known = client.notify().known();
    const KnownMailboxes now = co_await client.access().home().read(
        [&](storage::ReadTransaction& tx) { return look_at(tx, marks, known); });
    report_marked_messages(client, now);
  }
}

/// Reports what has changed where commits left marks. Ends the watching, and says so, when it has become too much.
class NotifiedMailboxes final : public Follower {
 public:
  explicit NotifiedMailboxes(Client& client) : client_(client) {}

  bool has_news() const override { return client_.notify().has_marks(); }
  async::Task<void> report_news() override {
    NotifyMarks marks = client_.notify().take_marks();
    std::exception_ptr failure;
    try {
      co_await report_marked(client_, marks);
    } catch (...) {
      failure = std::current_exception();
    }
    if (!failure) co_return;
    client_.notify().put_back(std::move(marks));
    std::rethrow_exception(failure);
  }

 private:
  Client& client_;
};

}  // namespace

async::Task<bool> begin_watching(Client& client, NotifyRequest& request, ReportStatus report) {
  Found found = co_await look(client, request);
  if (found.too_many) co_return false;
  // No suspension since the look: commits after it leave marks.
  client.followers().get<NotifiedMailboxes>(client);
  client.notify().start(client.access().home(), std::move(request), std::move(found.all));
  if (report == ReportStatus::no) co_return true;
  for (const auto& [key, mailbox] : client.notify().known().mailboxes)
    if (mailbox.state && !is_selected(client, key))
      report_status(client, key, mailbox, first_items(events_of(client, mailbox.name, client.notify().known())));
  co_return true;
}

void end_watching(Client& client) {
  client.notify().stop();
  fetch_of_new(client, {});
}

}  // namespace postbag
