#include <algorithm>
#include <utility>

#include "tests/store/map/map_transaction.h"

namespace postbag::storage::test {

namespace {

constexpr auto gone = std::unexpected(Error::mailbox_gone);

UidSet vanished_above(const MapMailbox& mailbox, Since since) {
  UidSet out;
  for (const auto& [modseq, entry] : mailbox.vanished)
    if (modseq.value() > since) out.add(entry.uids);
  return out;
}

/// Those that f chooses from `from` on, as many as `limit` allows, and where to go on.
template <class F>
MessageSlice slice_of(const MapMailbox& mailbox, Uid from, std::size_t limit, F&& f) {
  MessageSlice slice;
  for (auto at = mailbox.messages->lower_bound(from); at != mailbox.messages->end(); ++at) {
    if (!f(at->second)) continue;
    if (slice.messages.size() == limit) {
      slice.next = at->first;
      break;
    }
    slice.messages.push_back(at->second);
  }
  return slice;
}

}  // namespace

MailboxState MapMailbox::state() const {
  MailboxState state{.uid_validity = validity,
                     .uid_next = uid_next,
                     .highest_modseq = modseq,
                     .messages = static_cast<std::uint32_t>(messages->size()),
                     .keywords = static_cast<std::uint32_t>(keywords.size())};
  for (const auto& [uid, m] : *messages) {
    if (!m.flags.system.has(SystemFlag::seen)) ++state.unseen;
    if (m.flags.system.has(SystemFlag::deleted)) ++state.deleted;
    state.bytes += m.size;
  }
  return state;
}

MapMailbox* MapTransaction::mailbox(MailboxId id) const {
  const auto at = account_.mailboxes.find(id);
  return at == account_.mailboxes.end() ? nullptr : &at->second;
}

std::optional<MailboxId> MapTransaction::find(const MailboxName& name) const {
  for (const auto& [id, mailbox] : account_.mailboxes)
    if (mailbox.name == name) return id;
  return std::nullopt;
}

std::optional<MailboxName> MapTransaction::name(MailboxId id) const {
  const auto* found = mailbox(id);
  return found == nullptr ? std::nullopt : std::optional(found->name);
}

bool MapTransaction::was_used(const MailboxName& name) const { return account_.retired.contains(name.utf8()); }

std::vector<MailboxEntry> MapTransaction::mailboxes() const {
  std::map<MailboxName, MailboxEntry> tree;
  const auto entry = [&](const MailboxName& name) -> MailboxEntry& {
    return tree.try_emplace(name, MailboxEntry{.name = name, .id = {}, .special_use = {}}).first->second;
  };
  for (const auto& [id, mailbox] : account_.mailboxes) {
    entry(mailbox.name).id = id;
    entry(mailbox.name).special_use = mailbox.use;
    for (auto parent = mailbox.name.parent(); parent; parent = parent->parent()) entry(*parent).has_children = true;
  }
  for (const auto& name : account_.subscriptions) entry(MailboxName::from(name).value()).subscribed = true;
  std::vector<MailboxEntry> out;
  for (auto& [name, one] : tree) out.push_back(std::move(one));
  return out;
}

AccountTotals MapTransaction::totals() const {
  AccountTotals totals;
  std::set<BodyId> used;
  for (const auto& [id, mailbox] : account_.mailboxes)
    for (const auto& [uid, m] : *mailbox.messages) {
      ++totals.messages;
      used.insert(m.body);
    }
  for (const auto& [id, body] : *account_.bodies)
    (used.contains(id) ? totals.bytes : totals.garbage_bytes) += body->size();
  return totals;
}

Result<MailboxState> MapTransaction::state(MailboxId id) const {
  const auto* found = mailbox(id);
  if (found == nullptr) return gone;
  auto state = found->state();
  if (const auto claim = claims_.find(id); claim != claims_.end())
    state.first_recent = std::min(claim->second, state.uid_next);
  return state;
}

Result<std::vector<std::string>> MapTransaction::keywords(MailboxId id) const {
  const auto* found = mailbox(id);
  if (found == nullptr) return gone;
  return found->keywords;
}

Result<std::optional<Uid>> MapTransaction::first_unseen(MailboxId id) const {
  const auto* found = mailbox(id);
  if (found == nullptr) return gone;
  for (const auto& [uid, m] : *found->messages)
    if (!m.flags.system.has(SystemFlag::seen)) return uid;
  return std::nullopt;
}

Result<UidSet> MapTransaction::uids(MailboxId id) const {
  const auto* found = mailbox(id);
  if (found == nullptr) return gone;
  UidSet out;
  for (const auto& [uid, m] : *found->messages) out.add(uid);
  return out;
}

Result<MessageSlice> MapTransaction::messages(MailboxId id, const UidSet& uids, std::size_t limit, Uid from) const {
  const auto* found = mailbox(id);
  if (found == nullptr) return gone;
  return slice_of(*found, from, limit, [&](const Message& m) { return uids.contains(m.uid); });
}

Result<MailboxChanges> MapTransaction::changes_since(MailboxId id, Since since_changed, Since since_vanished,
                                                     std::size_t limit, Uid from) const {
  const auto* found = mailbox(id);
  if (found == nullptr) return gone;
  auto slice = slice_of(*found, from, limit, [&](const Message& m) { return m.modseq.value() > since_changed; });
  MailboxChanges changes{
      .messages = std::move(slice.messages), .vanished = {}, .upto = found->modseq, .next = slice.next};
  if (from == Uid::min()) changes.vanished = vanished_above(*found, since_vanished);
  changes.complete = since_vanished >= found->low_water;
  return changes;
}

Result<UidSet> MapTransaction::vanished_since(MailboxId id, Since since, const UidSet& known) const {
  const auto* found = mailbox(id);
  if (found == nullptr) return gone;
  if (since >= found->low_water) return vanished_above(*found, since).intersect(known);
  UidSet given;
  if (found->uid_next != Uid::min()) given.add({Uid::min(), found->uid_next.previous()});
  return known.intersect(given).minus(*uids(id));
}

Result<std::optional<UidRange>> MapTransaction::claim_recent(MailboxId id) {
  const auto now = state(id);
  if (!now) return gone;
  if (now->first_recent >= now->uid_next) return std::nullopt;
  claims_.insert_or_assign(id, now->uid_next);
  return UidRange{now->first_recent, now->uid_next.previous()};
}

std::optional<std::string> MapTransaction::read_body(BodyId id, std::uint64_t offset, std::size_t length) const {
  const auto body = account_.bodies->find(id);
  if (body == account_.bodies->end()) return std::nullopt;
  const auto& bytes = body->second->bytes;
  return offset >= bytes.size() ? std::string() : bytes.substr(static_cast<std::size_t>(offset), length);
}

std::optional<std::string> MapTransaction::structure(BodyId id) const {
  const auto body = account_.bodies->find(id);
  return body == account_.bodies->end() ? std::nullopt : std::optional(body->second->structure);
}

ThreadId MapTransaction::thread(BodyId id) const {
  const auto body = account_.bodies->find(id);
  return body == account_.bodies->end() ? ThreadId(id.value()) : body->second->thread;
}

}  // namespace postbag::storage::test
