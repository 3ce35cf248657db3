// Creating, removing and renaming mailboxes; subscriptions.
//
// A name is a row only while a mailbox has it; parents that do not exist are implied by the names below them. What
// a client may have cached under a name is protected by UIDVALIDITY: a new mailbox gets one that is higher than any
// before, and a name that once showed a higher one than the mailbox that is renamed to it gives that mailbox a new
// one.
#include <algorithm>
#include <cassert>
#include <set>

#include "storage/engine/engine.h"
#include "storage/engine/transaction/paged_transaction.h"
#include "storage/errors.h"

namespace postbag::storage {

namespace {

/// What the clock may raise UIDVALIDITY to, a day in 2097. Above it one is given after the other, 2^28 of them: so
/// a clock that is wrong for once, and time itself after 2106, leave enough.
constexpr std::uint32_t highest_by_clock = 0xf000'0000;

/// Higher than any UIDVALIDITY before, and not below the clock, so that a database restored from a backup does not
/// give out again what was given after the backup. RFC 9051 section 2.3.1.1. When an older postbag let a wrong
/// clock use up all numbers, it is higher than any that this name had: the RFC asks for no more.
UidValidity take_validity(Engine& engine, std::string_view name) {
  auto& mailboxes = engine.tables.mailboxes;
  const bool used_up = mailboxes.last_validity() == UidValidity::max_value;
  const std::uint32_t before = used_up ? mailboxes.retired(name) : mailboxes.last_validity();
  if (before == UidValidity::max_value)
    throw Corrupt("database: UIDVALIDITY of " + std::string(name) + " is used up");
  const auto now = static_cast<std::uint32_t>(std::clamp<std::int64_t>(engine.now(), 1, highest_by_clock));
  const UidValidity validity(std::max(before + 1, now));
  if (!used_up) mailboxes.set_last_validity(validity);
  return validity;
}

bool is_taken(Engine& engine, SpecialUses use) {
  return !use.empty() && std::ranges::any_of(engine.tables.mailboxes.names(),
                                             [&](const auto& row) { return row.use.overlaps(use); });
}

struct Renaming {
  MailboxId id;
  MailboxName from;
  MailboxName to;
};

/// Levels above it.
std::ptrdiff_t depth(const MailboxName& name) { return std::ranges::count(name.utf8(), MailboxName::separator); }

/// Of a new name; those that exist already are kept.
bool is_too_long(const Engine& engine, const MailboxName& name) {
  const Limits& limits = engine.options.limits;
  return name.utf8().size() > limits.mailbox_name || static_cast<std::size_t>(depth(name)) >= limits.mailbox_depth;
}

/// The mailbox `from` and those below it with their new names, the highest in the tree first: so a new name that
/// another of them still has (a/b/b -> a/b) is free when its turn comes.
Result<std::vector<Renaming>> plan_renaming(Engine& engine, const MailboxName& from, const MailboxName& to) {
  std::vector<Renaming> plan;
  std::set<std::string> staying;
  for (const auto& row : engine.tables.mailboxes.names()) {
    const auto name = MailboxName::from(row.name).value();
    if (name != from && !name.is_below(from)) {
      staying.insert(row.name);
      continue;
    }
    auto renamed = name.rebased(from, to);
    if (!renamed) return std::unexpected(renamed.error());
    if (is_too_long(engine, *renamed)) return std::unexpected(Error::name_too_long);
    plan.push_back({row.id, name, *std::move(renamed)});
  }
  if (plan.empty()) return std::unexpected(Error::no_such_mailbox);
  const bool taken = std::ranges::any_of(plan, [&](const auto& r) { return staying.contains(r.to.utf8()); });
  if (taken) return std::unexpected(Error::mailbox_exists);
  std::ranges::stable_sort(plan, {}, [](const auto& r) { return depth(r.from); });
  return plan;
}

/// A mailbox keeps its UIDVALIDITY under the new name, unless another one of that name had the same or a higher
/// one.
void rename_one(Engine& engine, const Renaming& renaming) {
  auto& mailboxes = engine.tables.mailboxes;
  auto* mailbox = engine.commits.open_to_change(renaming.id);
  if (mailbox == nullptr) throw Corrupt("database: a mailbox is missing");
  mailboxes.rename(renaming.id, renaming.to.utf8());
  const bool stale = mailboxes.retired(renaming.to.utf8()) >= mailbox->state().uid_validity.value();
  mailboxes.retire(renaming.from.utf8(), mailbox->state().uid_validity);
  if (stale) mailbox->set_validity(take_validity(engine, renaming.to.utf8()));
}

/// RFC 9051 section 6.3.6: the messages move to a new mailbox, INBOX stays.
Result<void> rename_inbox(Engine& engine, Transaction& transaction, const MailboxName& to) {
  const auto inbox = transaction.find(MailboxName::inbox());
  if (!inbox) return std::unexpected(Error::no_such_mailbox);
  const auto target = transaction.create(to);
  if (!target) return std::unexpected(target.error());
  const auto moved = transaction.move(*inbox, {{Uid::min(), Uid::max()}}, *target);
  if (!moved) return std::unexpected(moved.error());
  engine.commits.inbox_renamed(*target);
  return {};
}

Error why_not_removable(const std::vector<MailboxEntry>& entries, const MailboxName& name) {
  const bool implied = std::ranges::any_of(entries, [&](const auto& e) { return e.id && e.name.is_below(name); });
  return implied ? Error::mailbox_has_children : Error::no_such_mailbox;
}

}  // namespace

Result<MailboxId> PagedTransaction::create(const MailboxName& name, SpecialUses use) {
  auto& mailboxes = engine_.tables.mailboxes;
  if (mailboxes.find(name.utf8())) return std::unexpected(Error::mailbox_exists);
  if (is_too_long(engine_, name)) return std::unexpected(Error::name_too_long);
  if (mailboxes.count() >= engine_.options.limits.mailboxes) return std::unexpected(Error::too_many_mailboxes);
  if (is_taken(engine_, use)) return std::unexpected(Error::special_use_taken);
  const auto id =
      mailboxes.create(name.utf8(), use, take_validity(engine_, name.utf8()), engine_.generation.next());
  assert(id.value() < (std::uint64_t{1} << 31));  // see page_row()
  engine_.commits.changed(id, ModSeq::min());
  engine_.commits.names_changed();
  return id;
}

Result<void> PagedTransaction::remove(const MailboxName& name) {
  if (name.is_inbox()) return std::unexpected(Error::not_permitted);
  const auto id = find(name);
  if (!id) return std::unexpected(why_not_removable(mailboxes(), name));
  auto* mailbox = engine_.mailboxes.open(*id);
  if (mailbox == nullptr) throw Corrupt("database: a mailbox is missing");
  std::vector<SizedBody> bodies;
  bodies.reserve(mailbox->state().messages);
  mailbox->index().visit({{Uid::min(), Uid::max()}}, Uid::min(), [&](const Message& m) {
    bodies.push_back({m.body, m.size});
    return true;
  });
  engine_.commits.release(std::move(bodies));
  auto& tables = engine_.tables;
  tables.pages.erase_all(*id);
  tables.vanished.erase_all(*id);
  tables.mailboxes.retire(name.utf8(), mailbox->state().uid_validity);
  tables.mailboxes.erase(*id);
  engine_.commits.removed(*id, std::min(mailbox->state().highest_modseq, ModSeq::max().previous()).next());
  engine_.commits.names_changed();
  return {};
}

Result<void> PagedTransaction::rename(const MailboxName& from, const MailboxName& to) {
  if (from == to) return std::unexpected(Error::mailbox_exists);
  if (from.is_inbox()) return rename_inbox(engine_, *this, to);
  if (to.is_below(from)) return std::unexpected(Error::not_permitted);
  const auto plan = plan_renaming(engine_, from, to);
  if (!plan) return std::unexpected(plan.error());
  for (const auto& renaming : *plan) rename_one(engine_, renaming);
  engine_.commits.names_changed();
  return {};
}

Result<void> PagedTransaction::subscribe(const MailboxName& name) {
  auto& subscriptions = engine_.tables.subscriptions;
  if (subscriptions.has(name.utf8())) return {};
  if (subscriptions.count() >= engine_.options.limits.mailboxes) return std::unexpected(Error::too_many_mailboxes);
  subscriptions.add(name.utf8());
  engine_.commits.names_changed();
  return {};
}

void PagedTransaction::unsubscribe(const MailboxName& name) {
  engine_.tables.subscriptions.erase(name.utf8());
  engine_.commits.names_changed();
}

}  // namespace postbag::storage
