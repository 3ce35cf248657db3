#include "storage/read_transaction.h"

#include <algorithm>
#include <limits>

#include "storage/bodies/staged.h"
#include "storage/engine/engine.h"
#include "storage/errors.h"

namespace postbag::storage {

namespace {

constexpr auto gone = std::unexpected(Error::mailbox_gone);

/// The union of all, built in one go: adding them one by one would be quadratic.
UidSet unite(const std::vector<sqlite::VanishedRow>& rows) {
  std::vector<UidRange> ranges;
  for (const auto& row : rows) ranges.insert(ranges.end(), row.uids.ranges().begin(), row.uids.ranges().end());
  std::ranges::sort(ranges, {}, &UidRange::first);
  UidSet out;
  for (const auto& range : ranges) out.add(range);
  return out;
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

AccountTotals ReadTransaction::totals() const { return engine_.totals(); }

Result<MailboxState> ReadTransaction::state(MailboxId id) const {
  const auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  return engine_.state_of(*mailbox);
}

Result<std::vector<std::string>> ReadTransaction::keywords(MailboxId id) const {
  const auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  return mailbox->keywords();
}

Result<std::optional<Uid>> ReadTransaction::first_unseen(MailboxId id) const {
  auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  if (mailbox->state().unseen == 0) return std::nullopt;
  return mailbox->index().first_unseen();
}

Result<UidSet> ReadTransaction::uids(MailboxId id) const {
  auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  return mailbox->index().uids();
}

Result<MessageSlice> ReadTransaction::messages(MailboxId id, const UidSet& uids, std::size_t limit,
                                               Uid from) const {
  auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  MessageSlice slice;
  mailbox->index().visit(uids, from, fill(slice.messages, slice.next, limit));
  return slice;
}

Result<MailboxChanges> ReadTransaction::changes_since(MailboxId id, Since since_changed, Since since_vanished,
                                                      std::size_t limit, Uid from) const {
  auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  MailboxChanges changes;
  changes.upto = mailbox->state().highest_modseq;
  changes.complete = since_vanished >= mailbox->low_water();
  const bool none_newer = changes.upto.value() <= std::min(since_changed, since_vanished);
  if (none_newer) return changes;
  mailbox->index().visit_changed(since_changed, from, fill(changes.messages, changes.next, limit));
  if (from == Uid::min()) changes.vanished = unite(engine_.tables().vanished.above(id, since_vanished));
  return changes;
}

Result<UidSet> ReadTransaction::changed_since(MailboxId id, Since since) const {
  auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  UidSet changed;
  mailbox->index().visit_changed(since, Uid::min(), [&changed](const Message& m) {
    changed.add(m.uid);
    return true;
  });
  return changed;
}

Result<UidSet> ReadTransaction::vanished_since(MailboxId id, Since since, const UidSet& known) const {
  auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  if (since >= mailbox->low_water()) return unite(engine_.tables().vanished.above(id, since)).intersect(known);
  const Uid next = mailbox->state().uid_next;
  if (next == Uid::min()) return UidSet();
  return known.intersect(UidSet{{Uid::min(), next.previous()}}).minus(mailbox->index().uids());
}

Result<std::optional<UidRange>> ReadTransaction::claim_recent(MailboxId id) {
  const auto* mailbox = engine_.open(id);
  if (mailbox == nullptr) return gone;
  return engine_.claim_recent(*mailbox);
}

std::optional<std::string> ReadTransaction::read_body(BodyId id, std::uint64_t offset, std::size_t length) const {
  const auto row = engine_.tables().bodies.find(id);
  if (!row) return std::nullopt;
  if (offset >= row->size) return std::string();
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(length, row->size - offset));
  if (row->file.empty()) return engine_.tables().bodies.read(id, offset, count);
  auto bytes = engine_.files() != nullptr ? engine_.files()->read(row->file, offset, count) : std::nullopt;
  if (!bytes || bytes->size() != count)
    throw Corrupt("the file of a message is missing or too short: " + row->file);
  return bytes;
}

std::optional<std::uint64_t> ReadTransaction::body_size(BodyId id) const {
  const auto row = engine_.tables().bodies.find(id);
  if (!row) return std::nullopt;
  return row->size;
}

std::optional<std::string> ReadTransaction::body_checksum(BodyId id) const {
  auto row = engine_.tables().bodies.find(id);
  if (!row) return std::nullopt;
  return std::move(row->checksum);
}

std::int64_t ReadTransaction::newest_body() const { return engine_.tables().bodies.newest(); }

std::vector<BodyId> ReadTransaction::bodies_above(std::optional<BodyId> id, std::size_t limit) const {
  return engine_.tables().bodies.above(id, limit);
}

std::optional<IndexedBodies> ReadTransaction::bodies_with(std::span<const std::string> trigrams,
                                                          std::optional<BodyId> after,
                                                          std::chrono::milliseconds time) const {
  SearchIndex* index = engine_.search_index();
  if (index == nullptr) return std::nullopt;
  return index->find(trigrams, after, time);
}

std::optional<std::string> ReadTransaction::structure(BodyId id) const {
  return engine_.tables().bodies.structure(id);
}

std::vector<std::string> ReadTransaction::structures(std::span<const BodyId> ids) const {
  std::vector<std::string> out;
  out.reserve(ids.size());
  for (const auto id : ids) out.push_back(structure(id).value_or(std::string()));
  return out;
}

ThreadId ReadTransaction::thread(BodyId id) const { return engine_.tables().threads.thread(id); }

std::optional<bool> ReadTransaction::verify_body(BodyId id) const {
  constexpr std::size_t piece = 256 * 1024;
  const auto row = engine_.tables().bodies.find(id);
  if (!row) return std::nullopt;
  bodies::Hasher hasher;
  for (std::uint64_t at = 0; at < row->size; at += piece) hasher.update(read_body(id, at, piece).value());
  return hasher.finish() == row->checksum;
}

}  // namespace postbag::storage
