// Questions about one mailbox. "What changed since M" is the one that everything else rests on: a session that
// polls, a client that comes back (RFC 7162), and a watcher all ask it.
#include <algorithm>

#include "storage/engine/engine.h"
#include "storage/engine/transaction/paged_transaction.h"

namespace postbag::storage {

namespace {

constexpr auto gone = std::unexpected(Error::mailbox_gone);

/// The union of all, built in one go: adding them one by one would be quadratic.
UidSet unite(const std::vector<VanishedRow>& rows) {
  std::vector<UidRange> ranges;
  for (const auto& row : rows) ranges.insert(ranges.end(), row.uids.ranges().begin(), row.uids.ranges().end());
  std::ranges::sort(ranges, {}, &UidRange::first);
  UidSet out;
  for (const auto& range : ranges) out.add(range);
  return out;
}

/// No fewer than the messages of `uids`, without counting them.
std::size_t most_between(const UidSet& uids, const MailboxState& mailbox) {
  if (uids.empty()) return 0;
  return std::min<std::uint64_t>(UidRange{uids.front(), uids.back()}.size(), mailbox.messages);
}

/// Takes messages until there are `limit`; then remembers where to go on.
auto fill(std::vector<Message>& messages, std::optional<Uid>& next, std::size_t limit) {
  return [&messages, &next, limit](const Message& m) {
    if (messages.size() >= limit) {
      next = m.uid;
      return false;
    }
    messages.push_back(m);
    return true;
  };
}

}  // namespace

AccountTotals PagedTransaction::totals() const { return engine_.commits.totals(); }

Result<MailboxState> PagedTransaction::state(MailboxId id) const {
  const auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  return engine_.recent.state_of(*mailbox);
}

Result<std::vector<std::string>> PagedTransaction::keywords(MailboxId id) const {
  const auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  return mailbox->keywords();
}

Result<std::optional<Uid>> PagedTransaction::first_unseen(MailboxId id) const {
  auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  if (mailbox->state().unseen == 0) return std::nullopt;
  return mailbox->index().first_unseen();
}

Result<UidSet> PagedTransaction::uids(MailboxId id) const {
  auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  return mailbox->index().uids();
}

Result<MessageSlice> PagedTransaction::messages(MailboxId id, const UidSet& uids, std::size_t limit,
                                                Uid from) const {
  auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  MessageSlice slice;
  slice.messages.reserve(std::min(limit, most_between(uids, mailbox->state())));
  mailbox->index().visit(uids, from, fill(slice.messages, slice.next, limit));
  return slice;
}

Result<MailboxChanges> PagedTransaction::changes_since(MailboxId id, Since since_changed, Since since_vanished,
                                                       std::size_t limit, Uid from) const {
  auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  MailboxChanges changes;
  changes.upto = mailbox->state().highest_modseq;
  changes.complete = since_vanished >= mailbox->low_water();
  const bool none_newer = changes.upto.value() <= std::min(since_changed, since_vanished);
  if (none_newer) return changes;
  mailbox->index().visit_changed(since_changed, from, fill(changes.messages, changes.next, limit));
  if (from == Uid::min()) changes.vanished = unite(engine_.tables.vanished.above(id, since_vanished));
  return changes;
}

Result<UidSet> PagedTransaction::changed_since(MailboxId id, Since since) const {
  auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  UidSet changed;
  mailbox->index().visit_changed(since, Uid::min(), [&changed](const Message& m) {
    changed.add(m.uid);
    return true;
  });
  return changed;
}

Result<UidSet> PagedTransaction::vanished_since(MailboxId id, Since since, const UidSet& known) const {
  auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  if (since >= mailbox->low_water()) return unite(engine_.tables.vanished.above(id, since)).intersect(known);
  const Uid next = mailbox->state().uid_next;
  if (next == Uid::min()) return UidSet();
  return known.intersect(UidSet{{Uid::min(), next.previous()}}).minus(mailbox->index().uids());
}

Result<std::optional<UidRange>> PagedTransaction::claim_recent(MailboxId id) {
  const auto* mailbox = engine_.mailboxes.open(id);
  if (mailbox == nullptr) return gone;
  return engine_.recent.claim(*mailbox);
}

std::optional<std::string> PagedTransaction::read_body(BodyId id, std::uint64_t offset, std::size_t length) const {
  return engine_.bodies.read(id, offset, length);
}

std::optional<IndexedBodies> PagedTransaction::bodies_with(std::span<const std::string> trigrams,
                                                           std::optional<BodyId> after,
                                                           std::chrono::milliseconds time) const {
  SearchIndex* index = engine_.search_index.get();
  if (index == nullptr) return std::nullopt;
  index->begin(engine_.bodies);
  return index->find(trigrams, after, time);
}

std::optional<std::string> PagedTransaction::structure(BodyId id) const { return engine_.bodies.structure(id); }

ThreadId PagedTransaction::thread(BodyId id) const { return engine_.tables.threads.thread(id); }

}  // namespace postbag::storage
