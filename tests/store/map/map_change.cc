#include <algorithm>
#include <memory>
#include <utility>

#include "core/ascii.h"
#include "storage/errors.h"
#include "tests/store/map/map_transaction.h"

namespace postbag::storage::test {

namespace {

constexpr auto gone = std::unexpected(Error::mailbox_gone);
const UidSet every_uid{{Uid::min(), Uid::max()}};

std::optional<std::size_t> index_of(const MapMailbox& mailbox, std::string_view keyword) {
  const auto at = std::ranges::find_if(mailbox.keywords, [&](const auto& k) { return ascii_iequal(k, keyword); });
  if (at == mailbox.keywords.end()) return std::nullopt;
  return static_cast<std::size_t>(at - mailbox.keywords.begin());
}

KeywordSet known(const MapMailbox& mailbox, const std::vector<std::string>& names) {
  KeywordSet set;
  for (const auto& name : names)
    if (const auto index = index_of(mailbox, name)) set.add(*index);
  return set;
}

std::vector<std::string> names_of(const MapMailbox& mailbox, const KeywordSet& keywords) {
  std::vector<std::string> names;
  keywords.for_each([&](std::size_t i) { names.push_back(mailbox.keywords.at(i)); });
  return names;
}

std::vector<Message> chosen(const MapMailbox& mailbox, const UidSet& uids) {
  std::vector<Message> out;
  for (const auto& [uid, m] : *mailbox.messages)
    if (uids.contains(uid)) out.push_back(m);
  return out;
}

/// Adds the message under the next UID.
Uid add(MapMailbox& mailbox, Message message) {
  message.uid = mailbox.uid_next;
  mailbox.uid_next = mailbox.uid_next.next();
  mailbox.messages.change().emplace(message.uid, message);
  return message.uid;
}

bool has_uids(const MapMailbox& mailbox, std::uint64_t count) {
  return Uid::max_value - mailbox.uid_next.value() >= count;
}

ModSeq advance(MapMailbox& mailbox) { return mailbox.modseq = mailbox.modseq.next(); }

Flags applied(const Flags& before, FlagOp op, const Flags& named) {
  if (op == FlagOp::replace) return named;
  Flags after = before;
  if (op == FlagOp::add) {
    after.system.add(named.system);
    after.keywords.add(named.keywords);
  } else {
    after.system.remove(named.system);
    after.keywords.remove(named.keywords);
  }
  return after;
}

}  // namespace

// ---- names ----

UidValidity MapTransaction::take_validity() {
  constexpr std::int64_t highest_by_clock = 0xf000'0000;
  const auto by_clock = static_cast<std::uint32_t>(std::clamp<std::int64_t>(now(), 1, highest_by_clock));
  account_.last_validity = std::max(account_.last_validity + 1, by_clock);
  return UidValidity(account_.last_validity);
}

void MapTransaction::retire(const MapMailbox& mailbox) {
  auto& highest = account_.retired[mailbox.name.utf8()];
  highest = std::max(highest, mailbox.validity.value());
}

void MapTransaction::give_name(MapMailbox& mailbox, const MailboxName& name) {
  retire(mailbox);
  mailbox.name = name;
  const auto before = account_.retired.find(name.utf8());
  if (before != account_.retired.end() && before->second >= mailbox.validity.value())
    mailbox.validity = take_validity();
}

Result<MailboxId> MapTransaction::create(const MailboxName& name, SpecialUses use) {
  if (find(name)) return std::unexpected(Error::mailbox_exists);
  if (account_.mailboxes.size() >= settings_.limits.mailboxes) return std::unexpected(Error::too_many_mailboxes);
  for (const auto& [id, other] : account_.mailboxes)
    if (other.use.overlaps(use)) return std::unexpected(Error::special_use_taken);
  const MailboxId id(++account_.mailboxes_made);
  account_.mailboxes.emplace(id, MapMailbox{.name = name, .use = use, .validity = take_validity()});
  return id;
}

Result<void> MapTransaction::remove(const MailboxName& name) {
  if (name.is_inbox()) return std::unexpected(Error::not_permitted);
  if (const auto id = find(name)) {
    retire(*mailbox(*id));
    account_.mailboxes.erase(*id);
    return {};
  }
  const bool implied =
      std::ranges::any_of(account_.mailboxes, [&](const auto& m) { return m.second.name.is_below(name); });
  return std::unexpected(implied ? Error::mailbox_has_children : Error::no_such_mailbox);
}

Result<void> MapTransaction::rename(const MailboxName& from, const MailboxName& to) {
  if (from == to) return std::unexpected(Error::mailbox_exists);
  if (from.is_inbox()) return rename_inbox(to);
  if (to.is_below(from)) return std::unexpected(Error::not_permitted);
  std::map<MailboxId, MailboxName> renamed;
  std::set<MailboxName> staying;
  for (const auto& [id, mailbox] : account_.mailboxes) {
    if (mailbox.name != from && !mailbox.name.is_below(from)) {
      staying.insert(mailbox.name);
      continue;
    }
    const auto name = mailbox.name.rebased(from, to);
    if (!name) return std::unexpected(name.error());
    renamed.emplace(id, *name);
  }
  if (renamed.empty()) return std::unexpected(Error::no_such_mailbox);
  for (const auto& [id, name] : renamed)
    if (staying.contains(name)) return std::unexpected(Error::mailbox_exists);
  for (const auto& [id, name] : renamed) give_name(*mailbox(id), name);
  return {};
}

Result<void> MapTransaction::rename_inbox(const MailboxName& to) {
  const auto inbox = find(MailboxName::inbox());
  if (!inbox) return std::unexpected(Error::no_such_mailbox);
  const auto target = create(to, {});
  if (!target) return std::unexpected(target.error());
  const auto moved = move(*inbox, every_uid, *target);
  if (!moved) return std::unexpected(moved.error());
  account_.from_inbox.push_back(*target);
  return {};
}

Result<void> MapTransaction::subscribe(const MailboxName& name) {
  if (account_.subscriptions.contains(name.utf8())) return {};
  if (account_.subscriptions.size() >= settings_.limits.mailboxes)
    return std::unexpected(Error::too_many_mailboxes);
  account_.subscriptions.insert(name.utf8());
  return {};
}

void MapTransaction::unsubscribe(const MailboxName& name) { account_.subscriptions.erase(name.utf8()); }

// ---- messages ----

Result<KeywordSet> MapTransaction::intern(MapMailbox& mailbox, const std::vector<std::string>& names) const {
  const auto most = std::min(settings_.limits.keywords, KeywordSet::capacity);
  const auto before = mailbox.keywords.size();
  for (const auto& name : names) {
    if (index_of(mailbox, name)) continue;
    const bool too_long = name.size() > settings_.limits.keyword_length;
    if (too_long || mailbox.keywords.size() >= most) {
      mailbox.keywords.resize(before);
      return std::unexpected(too_long ? Error::keyword_too_long : Error::too_many_keywords);
    }
    mailbox.keywords.push_back(name);
  }
  return known(mailbox, names);
}

BodyId MapTransaction::link(const std::shared_ptr<MapBody>& body) {
  const auto at = account_.bodies->find(body->id);
  if (at != account_.bodies->end() && at->second == body) return body->id;
  body->id = BodyId(++account_.bodies_made);
  account_.bodies.change().emplace(body->id, body);
  join_thread(*body);
  return body->id;
}

void MapTransaction::join_thread(MapBody& body) {
  const auto& keys = body.thread_keys;
  const auto first = std::ranges::find_if(keys, [&](auto key) { return account_.thread_keys.contains(key); });
  body.thread = first == keys.end() ? ThreadId(body.id.value()) : account_.thread_keys.at(*first);
  for (const auto key : keys) account_.thread_keys.try_emplace(key, body.thread);
}

Result<Appended> MapTransaction::append(MailboxId id, const StagedBody& body, const NamedFlags& flags,
                                        DateTime internal_date) {
  auto* to = mailbox(id);
  if (to == nullptr) return gone;
  if (!has_uids(*to, 1)) return std::unexpected(Error::too_many_messages);
  const auto keywords = intern(*to, flags.keywords);
  if (!keywords) return std::unexpected(keywords.error());
  const Message message{.modseq = advance(*to),
                        .body = link(std::static_pointer_cast<MapBody>(body.content())),
                        .size = body.size(),
                        .flags = {flags.system, *keywords},
                        .internal_date = internal_date,
                        .save_date = now()};
  return Appended{to->validity, add(*to, message), message.modseq, message.body};
}

Result<Copied> MapTransaction::copy(MailboxId from_id, const UidSet& uids, MailboxId to_id) {
  const auto* from = mailbox(from_id);
  auto* to = mailbox(to_id);
  if (from == nullptr || to == nullptr) return gone;
  const auto messages = chosen(*from, uids);
  if (messages.empty()) return Copied{to->validity, {}, {}, from->modseq, to->modseq};
  if (!has_uids(*to, messages.size())) return std::unexpected(Error::too_many_messages);
  KeywordSet used;
  for (const auto& m : messages) used.add(m.flags.keywords);
  if (const auto keywords = intern(*to, names_of(*from, used)); !keywords) return std::unexpected(keywords.error());
  const ModSeq before = from->modseq;
  Copied copied{to->validity, {}, {}, before, advance(*to)};
  for (Message m : messages) {
    copied.from.add(m.uid);
    m.flags.keywords = known(*to, names_of(*from, m.flags.keywords));
    m.modseq = copied.to_modseq;
    m.save_date = now();
    copied.to.add(add(*to, m));
  }
  return copied;
}

Result<Copied> MapTransaction::move(MailboxId from_id, const UidSet& uids, MailboxId to_id) {
  auto moved = copy(from_id, uids, to_id);
  if (!moved || moved->from.empty()) return moved;
  auto& from = *mailbox(from_id);
  moved->from_modseq = from_id == to_id ? moved->to_modseq : advance(from);
  take_away(from, moved->from, moved->from_modseq);
  return moved;
}

Result<Stored> MapTransaction::store_flags(MailboxId id, const UidSet& uids, FlagOp op, const NamedFlags& flags,
                                           std::optional<Since> unchanged_since) {
  auto* of = mailbox(id);
  if (of == nullptr) return gone;
  const auto keywords = op == FlagOp::remove ? known(*of, flags.keywords) : intern(*of, flags.keywords);
  if (!keywords) return std::unexpected(keywords.error());
  Stored stored{.matched = {}, .changed = {}, .refused = {}, .modseq = of->modseq};
  for (auto& [uid, m] : of->messages.change()) {
    if (!uids.contains(uid)) continue;
    if (unchanged_since && m.modseq.value() > *unchanged_since) {
      stored.refused.add(uid);
      continue;
    }
    stored.matched.add(uid);
    const auto after = applied(m.flags, op, {flags.system, *keywords});
    if (after == m.flags) continue;
    m.flags = after;
    m.modseq = of->modseq.next();
    stored.changed.add(uid);
  }
  if (!stored.changed.empty()) stored.modseq = advance(*of);
  return stored;
}

void MapTransaction::take_away(MapMailbox& mailbox, const UidSet& uids, ModSeq modseq) const {
  std::erase_if(mailbox.messages.change(), [&](const auto& m) { return uids.contains(m.first); });
  mailbox.vanished.emplace(modseq, MapVanished{now(), uids});
  const auto ranges = [&] {
    std::size_t count = 0;
    for (const auto& [at, entry] : mailbox.vanished) count += entry.uids.ranges().size();
    return count;
  };
  const auto& limits = settings_.vanished;
  while (mailbox.vanished.begin()->first < modseq &&
         (ranges() > limits.ranges || mailbox.vanished.begin()->second.time < now() - limits.age.count())) {
    mailbox.low_water = mailbox.vanished.begin()->first.value();
    mailbox.vanished.erase(mailbox.vanished.begin());
  }
}

Expunged MapTransaction::expunge_all(MapMailbox& mailbox, const UidSet& uids) const {
  if (uids.empty()) return {.uids = {}, .modseq = mailbox.modseq};
  take_away(mailbox, uids, advance(mailbox));
  return {.uids = uids, .modseq = mailbox.modseq};
}

Result<Expunged> MapTransaction::expunge(MailboxId id, const std::optional<UidSet>& uids) {
  auto* of = mailbox(id);
  if (of == nullptr) return gone;
  UidSet deleted;
  for (const auto& m : chosen(*of, uids.value_or(every_uid)))
    if (m.flags.system.has(SystemFlag::deleted)) deleted.add(m.uid);
  return expunge_all(*of, deleted);
}

Result<Expunged> MapTransaction::vanish(MailboxId id, const UidSet& uids) {
  auto* of = mailbox(id);
  if (of == nullptr) return gone;
  UidSet found;
  for (const auto& m : chosen(*of, uids)) found.add(m.uid);
  return expunge_all(*of, found);
}

}  // namespace postbag::storage::test
