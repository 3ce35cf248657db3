// The messages of one mailbox: a run of pages, unpacked where they were used, written back where they changed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "storage/engine/tables.h"
#include "storage/mail.h"

namespace postbag::storage::pages {

/// Goes through a set of UIDs in step with rising UIDs.
class SetCursor {
 public:
  explicit SetCursor(const UidSet& set) : at_(set.ranges().begin()), end_(set.ranges().end()) {}
  /// Passes over what ends below `uid`; nothing when the set is used up, else where it goes on: `uid` or above.
  std::optional<Uid> seek(Uid uid) {
    while (at_ != end_ && at_->last < uid) ++at_;
    if (at_ == end_) return std::nullopt;
    return std::max(at_->first, uid);
  }

 private:
  std::vector<UidRange>::const_iterator at_;
  std::vector<UidRange>::const_iterator end_;
};

/// Changes stay in memory until flush(). After a rollback the object is dropped and made again.
class MailboxIndex {
 public:
  /// A page is filled up to this: small enough that one flag costs little, large enough that bulk work is cheap.
  static constexpr std::size_t page_messages = 128;

  /// Reads the list of pages. `table` and `loads`, a counter of unpacked pages, must outlive it.
  MailboxIndex(MailboxId mailbox, PageTable& table, std::uint64_t& loads);

  UidSet uids();
  std::optional<Uid> first_unseen();
  /// Calls f(const Message&) for each of `uids` from `from` on, in rising order, until f says false.
  template <class F>
  void visit(const UidSet& uids, Uid from, F&& f);
  /// Calls f(const Message&) for each changed above `since` from `from` on, in rising order, until f says false.
  template <class F>
  void visit_changed(Since since, Uid from, F&& f);
  /// Calls f(Message&) for each of `uids`; f says whether it changed the message (never its UID).
  template <class F>
  void edit(const UidSet& uids, F&& f);
  /// After all others: its UID is above theirs.
  void append(const Message& message);
  /// Takes out those of `uids` for which take(const Message&) says true, and returns them.
  template <class F>
  std::vector<Message> erase_if(const UidSet& uids, F&& take);
  /// Writes what changed.
  void flush();

  /// Bytes of unpacked pages. After flush() they can be let go.
  std::size_t memory() const { return unpacked_ * sizeof(Message) + slots_.size() * sizeof(Slot); }
  void drop_pages();

 private:
  struct Slot {
    PageSummary summary;
    std::vector<Message> messages;  ///< empty: not unpacked
    bool dirty = false;             ///< to be written by flush()
    bool stale = false;             ///< its summary no longer says what its messages are
  };

  std::vector<Message>& load(Slot& slot);
  /// The first slot whose last UID is `uid` or above.
  std::vector<Slot>::iterator slot_reaching(Uid uid);
  /// Calls f(Slot&, Message&) for the wanted messages until it says false; what visit and edit are made of.
  template <class F>
  void walk(const UidSet& uids, Uid from, F&& f);
  static void mark(Slot& slot) { slot.dirty = slot.stale = true; }
  static void summarize(Slot& slot);
  /// Brings the summaries up to date, drops pages without messages and joins small neighbours.
  void settle();
  void merge_small();
  /// Takes `gone`, which lie in stale slots, out of them.
  void remove(const std::vector<Message>& gone);

  MailboxId mailbox_;
  PageTable& table_;
  std::uint64_t& loads_;
  std::vector<Slot> slots_;
  std::vector<Uid> emptied_;  ///< keys of pages to be deleted
  std::size_t unpacked_ = 0;  ///< messages in memory
};

template <class F>
void MailboxIndex::walk(const UidSet& uids, Uid from, F&& f) {
  SetCursor wanted(uids);
  auto at = wanted.seek(from);
  while (at) {
    const auto slot = slot_reaching(*at);
    if (slot == slots_.end()) return;
    auto& messages = load(*slot);
    auto m = std::ranges::lower_bound(messages, *at, {}, &Message::uid);
    for (; m != messages.end() && (at = wanted.seek(m->uid)); ++m)
      if (*at == m->uid && !f(*slot, *m)) return;
    if (slot->summary.last == Uid::max()) return;
    if (at) at = wanted.seek(slot->summary.last.next());
  }
}

template <class F>
void MailboxIndex::visit(const UidSet& uids, Uid from, F&& f) {
  walk(uids, from, [&](Slot&, const Message& m) { return f(m); });
}

template <class F>
void MailboxIndex::visit_changed(Since since, Uid from, F&& f) {
  for (auto slot = slot_reaching(from); slot != slots_.end(); ++slot) {
    if (slot->summary.modseq.value() <= since) continue;
    for (const auto& m : load(*slot))
      if (m.uid >= from && m.modseq.value() > since && !f(m)) return;
  }
}

template <class F>
void MailboxIndex::edit(const UidSet& uids, F&& f) {
  walk(uids, Uid::min(), [&](Slot& slot, Message& m) {
    if (f(m)) mark(slot);
    return true;
  });
  settle();
}

template <class F>
std::vector<Message> MailboxIndex::erase_if(const UidSet& uids, F&& take) {
  std::vector<Message> taken;
  walk(uids, Uid::min(), [&](Slot& slot, const Message& m) {
    if (!take(m)) return true;
    mark(slot);
    taken.push_back(m);
    return true;
  });
  if (!taken.empty()) remove(taken);
  return taken;
}

}  // namespace postbag::storage::pages
