// Whether and how a session uses NOTIFY: what was asked, what the client knows, and whether commits may have news.
// RFC 5465.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "async/signal.h"
#include "core/mailbox_key.h"
#include "session/account/account.h"
#include "session/notify/notify_request.h"

namespace postbag {

/// A mailbox as the client knows it.
struct KnownMailbox {
  MailboxName name;
  std::optional<storage::MailboxState> state;  ///< when its messages are watched
  /// All up to here it knows as well, from when it had the mailbox selected.
  ModSeq known_to = ModSeq::min();

  /// What `now` is to be compared with; only when there is a state.
  const storage::MailboxState& before(const storage::MailboxState& now) const {
    const bool knows = now.highest_modseq <= known_to && now.uid_validity == state->uid_validity;
    return knows ? now : *state;
  }
};

/// All that a client knows: mailboxes and subscriptions.
struct KnownMailboxes {
  std::map<MailboxKey, KnownMailbox> mailboxes;
  std::set<std::string> subscribed;
};

/// What commits may have changed.
struct NotifyMarks {
  bool names = false;               ///< mailboxes or subscriptions
  std::set<MailboxKey> from_inbox;  ///< made by renaming INBOX
  /// Messages in these: watched ones, and after a change of names also such as may be watched by now.
  std::set<MailboxKey> mailboxes;
  bool empty() const { return !names && mailboxes.empty(); }
};

/// Loop thread only. There is no queue of notifications: a commit leaves a mark here and sets the signal, and
/// whoever reports to the client compares `known` with the store. So a client that does not read costs nothing
/// more.
class Notify final : private CommitListener {
 public:
  /// `signal` must outlive it.
  explicit Notify(async::Signal& signal) : signal_(signal) {}
  ~Notify() { stop_listening(); }
  Notify(const Notify&) = delete;
  Notify& operator=(const Notify&) = delete;

  /// NOTIFY SET: replaces what was asked before. `known` is how all was at a moment after which no commit was heard
  /// of yet. `account` must outlive it.
  void start(Account& account, NotifyRequest request, KnownMailboxes known);
  /// NOTIFY NONE, and overflow: nothing is reported any more. Sections 3.1 and 5.8.
  void stop();

  bool is_on() const { return account_ != nullptr; }
  /// Whether NOTIFY was ever given: then flags are reported with the UID. Section 5.1.
  bool was_used() const { return used_; }
  /// What is reported of the selected mailbox.
  const SelectedNews& selected() const { return request_.selected; }
  const NotifyRequest& request() const { return request_; }
  KnownMailboxes& known() { return known_; }

  bool has_marks() const { return !marks_.empty(); }
  /// Yields the marks and forgets them.
  NotifyMarks take_marks() { return std::exchange(marks_, {}); }
  /// What they mark could not be read: it is reported another time.
  void put_back(NotifyMarks marks);
  /// This mailbox has to be compared again: it is no longer the selected one. Its client knows all up to
  /// `known_to`.
  void leave(const MailboxKey& mailbox, ModSeq known_to);

  // What a command of this client has done counts as known: section 5. Only that does: where the client was told
  // something else of the mailbox than the command found, others were there, and the difference is still reported.
  // Nothing happens when off.
  /// It was called `from`, or is new, and is called `to` now.
  void note_named(const MailboxKey& mailbox, const std::optional<MailboxName>& from, const MailboxName& to);
  /// It is gone, and was called `name`.
  void note_removed(const MailboxKey& mailbox, const MailboxName& name);
  void note_subscribed(const MailboxName& name, bool subscribed);
  /// Its messages were so before a command, and are so after it.
  void note_messages(const MailboxKey& mailbox, const storage::MailboxState& before,
                     const storage::MailboxState& after);

 private:
  void committed(AccountId account, const storage::CommitReport& report) override;
  void mark(const MailboxKey& mailbox);
  void unmark(const MailboxKey& mailbox);
  void stop_listening();

  async::Signal& signal_;
  Account* account_ = nullptr;  ///< null when off
  bool used_ = false;
  NotifyRequest request_ = {
      .selected = {}, .personal = {}, .subscribed = {}, .subtrees = {}, .children = {}, .mailboxes = {}};
  KnownMailboxes known_;
  NotifyMarks marks_;
};

}  // namespace postbag
