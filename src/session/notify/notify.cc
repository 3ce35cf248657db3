#include "session/notify/notify.h"

#include <tuple>

namespace postbag {

namespace {

/// What NOTIFY reports of a state.
auto what_is_reported(const storage::MailboxState& state) {
  return std::tuple(state.uid_validity, state.uid_next, state.highest_modseq, state.messages, state.unseen);
}

}  // namespace

void Notify::start(Account& account, NotifyRequest request, KnownMailboxes known) {
  stop();
  request_ = std::move(request);
  known_ = std::move(known);
  account_ = &account;
  account.listen(*this);
}

void Notify::stop() {
  stop_listening();
  used_ = true;
  request_ = {};
  request_.selected = SelectedNews::none();
  known_ = {};
  marks_ = {};
}

void Notify::stop_listening() {
  if (account_ != nullptr) account_->unlisten(*this);
  account_ = nullptr;
}

void Notify::mark(const MailboxKey& mailbox) {
  const auto it = known_.mailboxes.find(mailbox);
  const bool watched = it != known_.mailboxes.end() && it->second.state;
  if (watched || marks_.names) marks_.mailboxes.insert(mailbox);
}

void Notify::leave(const MailboxKey& mailbox, ModSeq known_to) {
  if (const auto it = known_.mailboxes.find(mailbox); it != known_.mailboxes.end()) it->second.known_to = known_to;
  mark(mailbox);
}

void Notify::put_back(NotifyMarks marks) {
  marks_.names = marks_.names || marks.names;
  marks_.from_inbox.merge(marks.from_inbox);
  marks_.mailboxes.merge(marks.mailboxes);
}

/// So that mailboxes which come and go leave nothing, however long nobody looks.
void Notify::unmark(const MailboxKey& mailbox) {
  marks_.mailboxes.erase(mailbox);
  marks_.from_inbox.erase(mailbox);
}

void Notify::note_named(const MailboxKey& mailbox, const std::optional<MailboxName>& from, const MailboxName& to) {
  if (!is_on()) return;
  if (!from) {
    known_.mailboxes.emplace(mailbox, KnownMailbox{to, {}});
    return;
  }
  const auto it = known_.mailboxes.find(mailbox);
  if (it != known_.mailboxes.end() && it->second.name == *from) it->second.name = to;
}

void Notify::note_removed(const MailboxKey& mailbox, const MailboxName& name) {
  const auto it = known_.mailboxes.find(mailbox);
  if (it != known_.mailboxes.end() && it->second.name == name) known_.mailboxes.erase(it);
}

void Notify::note_subscribed(const MailboxName& name, bool subscribed) {
  if (!is_on()) return;
  if (subscribed)
    known_.subscribed.insert(name.utf8());
  else
    known_.subscribed.erase(name.utf8());
}

void Notify::note_messages(const MailboxKey& mailbox, const storage::MailboxState& before,
                           const storage::MailboxState& after) {
  const auto it = known_.mailboxes.find(mailbox);
  if (it == known_.mailboxes.end() || !it->second.state) return;
  if (what_is_reported(*it->second.state) == what_is_reported(before)) it->second.state = after;
}

void Notify::committed(AccountId account, const storage::CommitReport& report) {
  if (report.names_changed) marks_.names = true;
  for (const MailboxId id : report.from_inbox) marks_.from_inbox.insert({account, id});
  for (const storage::ChangedMailbox& changed : report.mailboxes) {
    const MailboxKey mailbox{account, changed.id};
    changed.gone ? unmark(mailbox) : mark(mailbox);
  }
  if (!marks_.empty()) signal_.set();
}

}  // namespace postbag
