// Adding, copying, moving and removing messages.
//
// A message in a mailbox is an entry that points to a body. COPY adds entries and counts the body once more; MOVE
// adds entries and takes the old ones away, and leaves the count alone. Removed UIDs go to the log of vanished UIDs
// with the mod-sequence of the operation. Everything that can be refused is checked before anything is changed.
#include <cassert>

#include "storage/engine/engine.h"
#include "storage/engine/transaction/paged_transaction.h"

namespace postbag::storage {

namespace {

/// Logs that `uids` vanished with `modseq`, within the limits of the log.
void log_vanished(Engine& engine, OpenMailbox& mailbox, const UidSet& uids, ModSeq modseq) {
  const auto& limits = engine.options.vanished;
  const auto now = engine.now();
  mailbox.log_vanished(uids, modseq, now, limits.ranges, now - limits.age.count());
}

std::vector<Message> collect(OpenMailbox& mailbox, const UidSet& uids) {
  std::vector<Message> out;
  mailbox.index().visit(uids, Uid::min(), [&](const Message& m) {
    out.push_back(m);
    return true;
  });
  return out;
}

/// The names of the keywords that occur in `messages`.
std::vector<std::string> keywords_used(const OpenMailbox& mailbox, const std::vector<Message>& messages) {
  KeywordSet used;
  for (const auto& m : messages) used.add(m.flags.keywords);
  std::vector<std::string> names;
  used.for_each([&](std::size_t i) { names.push_back(mailbox.keywords().at(i)); });
  return names;
}

/// Keywords as indexes into another mailbox's table, which has all of them.
KeywordSet translate(const KeywordSet& keywords, const OpenMailbox& from, const OpenMailbox& to) {
  if (keywords.empty()) return {};
  std::vector<std::string> names;
  keywords.for_each([&](std::size_t i) { names.push_back(from.keywords().at(i)); });
  return to.known(names);
}

/// Everything copy and move check before they change anything.
Result<std::vector<Message>> select_for_copy(Engine& engine, OpenMailbox& from, const UidSet& uids,
                                             OpenMailbox& to) {
  auto messages = collect(from, uids);
  if (messages.empty()) return messages;
  if (!to.has_uids(messages.size())) return std::unexpected(Error::too_many_messages);
  const auto keywords = to.intern(keywords_used(from, messages), engine.options.limits);
  if (!keywords) return std::unexpected(keywords.error());
  return messages;
}

/// Adds `messages` to `to` in their order, so that old and new UIDs pair up (RFC 4315 section 3).
Copied add_copies(Engine& engine, const std::vector<Message>& messages, OpenMailbox& from, OpenMailbox& to) {
  const auto modseq = to.advance();
  Copied copied{to.state().uid_validity, {}, {}, from.state().highest_modseq, modseq};
  for (Message m : messages) {
    copied.from.add(m.uid);
    if (&from != &to) m.flags.keywords = translate(m.flags.keywords, from, to);
    m.modseq = modseq;
    m.save_date = engine.now();
    copied.to.add(to.append(m));
  }
  return copied;
}

Copied copied_nothing(const OpenMailbox& from, const OpenMailbox& to) {
  return {to.state().uid_validity, {}, {}, from.state().highest_modseq, to.state().highest_modseq};
}

Expunged removed_nothing(const OpenMailbox& mailbox) {
  return {.uids = {}, .modseq = mailbox.state().highest_modseq};
}

/// Removes those of `uids` for which take(const Message&) says true.
template <class F>
Expunged remove_if(Engine& engine, OpenMailbox& mailbox, const UidSet& uids, F&& take) {
  const auto gone = mailbox.erase_if(uids, take);
  if (gone.empty()) return removed_nothing(mailbox);
  Expunged expunged;
  std::vector<SizedBody> bodies;
  for (const auto& m : gone) {
    expunged.uids.add(m.uid);
    bodies.push_back({m.body, m.size});
  }
  expunged.modseq = mailbox.advance();
  log_vanished(engine, mailbox, expunged.uids, expunged.modseq);
  engine.commits.release(std::move(bodies));
  return expunged;
}

}  // namespace

Result<Appended> PagedTransaction::append(MailboxId id, const StagedBody& body, const NamedFlags& flags,
                                          DateTime internal_date) {
  auto* mailbox = engine_.commits.open_to_change(id);
  if (mailbox == nullptr) return std::unexpected(Error::mailbox_gone);
  if (!mailbox->has_uids(1)) return std::unexpected(Error::too_many_messages);
  if (!engine_.commits.admits(body.size() <= engine_.options.inline_body ? body.size() : 0))
    return std::unexpected(Error::over_quota);
  const auto keywords = mailbox->intern(flags.keywords, engine_.options.limits);
  if (!keywords) return std::unexpected(keywords.error());
  Message message{.modseq = mailbox->advance(),
                  .body = engine_.commits.link(std::static_pointer_cast<bodies::Staged>(body.content())),
                  .size = body.size(),
                  .flags = {flags.system, *keywords},
                  .internal_date = internal_date,
                  .save_date = engine_.now()};
  const auto uid = mailbox->append(message);
  return Appended{mailbox->state().uid_validity, uid, message.modseq, message.body};
}

Result<Copied> PagedTransaction::copy(MailboxId from, const UidSet& uids, MailboxId to) {
  auto* source = engine_.mailboxes.open(from);
  auto* target = engine_.commits.open_to_change(to);
  if (source == nullptr || target == nullptr) return std::unexpected(Error::mailbox_gone);
  const auto messages = select_for_copy(engine_, *source, uids, *target);
  if (!messages) return std::unexpected(messages.error());
  if (messages->empty()) return copied_nothing(*source, *target);
  if (!engine_.commits.admits(0)) return std::unexpected(Error::over_quota);
  for (const auto& m : *messages) engine_.commits.share(m.body, m.size);
  return add_copies(engine_, *messages, *source, *target);
}

Result<Copied> PagedTransaction::move(MailboxId from, const UidSet& uids, MailboxId to) {
  auto* source = engine_.commits.open_to_change(from);
  auto* target = engine_.commits.open_to_change(to);
  if (source == nullptr || target == nullptr) return std::unexpected(Error::mailbox_gone);
  const auto messages = select_for_copy(engine_, *source, uids, *target);
  if (!messages) return std::unexpected(messages.error());
  if (messages->empty()) return copied_nothing(*source, *target);
  auto moved = add_copies(engine_, *messages, *source, *target);
  moved.from_modseq = source == target ? moved.to_modseq : source->advance();
  source->erase_if(moved.from, [](const Message&) { return true; });
  log_vanished(engine_, *source, moved.from, moved.from_modseq);
  return moved;
}

Result<Expunged> PagedTransaction::expunge(MailboxId id, const std::optional<UidSet>& uids) {
  auto* mailbox = engine_.commits.open_to_change(id);
  if (mailbox == nullptr) return std::unexpected(Error::mailbox_gone);
  if (mailbox->state().deleted == 0) return removed_nothing(*mailbox);
  return remove_if(engine_, *mailbox, uids ? *uids : UidSet{{Uid::min(), Uid::max()}},
                   [](const Message& m) { return m.flags.system.has(SystemFlag::deleted); });
}

Result<Expunged> PagedTransaction::vanish(MailboxId id, const UidSet& uids) {
  auto* mailbox = engine_.commits.open_to_change(id);
  if (mailbox == nullptr) return std::unexpected(Error::mailbox_gone);
  return remove_if(engine_, *mailbox, uids, [](const Message&) { return true; });
}

}  // namespace postbag::storage
