#include "tests/storage/faults/account_state.h"

#include <algorithm>
#include <limits>
#include <ostream>
#include <sstream>

namespace postbag::storage::test {

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
const UidSet every_uid{{Uid::min(), Uid::max()}};

MessageState read_message(const PagedStore& store, const ReadTransaction& tx, const Message& message,
                          const std::vector<std::string>& names) {
  MessageState out{
      message, {}, tx.structure(message.body).value_or("gone"), store.bodies().verify(message.body) == true};
  message.flags.keywords.for_each([&](std::size_t i) { out.keywords.push_back(names.at(i)); });
  return out;
}

MailboxPicture read_mailbox(const PagedStore& store, const ReadTransaction& tx, const MailboxEntry& entry) {
  MailboxPicture out{entry, {}, {}, {}};
  if (!entry.id) return out;
  out.state = tx.state(*entry.id).value();
  out.vanished = tx.changes_since(*entry.id, 0, 0, 1).value().vanished;
  const auto names = tx.keywords(*entry.id).value();
  for (const auto slice = tx.messages(*entry.id, every_uid, no_limit).value(); const auto& message : slice.messages)
    out.messages.push_back(read_message(store, tx, message, names));
  return out;
}

void write_message(std::ostream& out, const MessageState& m) {
  out << "  uid " << m.message.uid.value() << " modseq " << m.message.modseq.value() << " body "
      << m.message.body.value() << " size " << m.message.size << " flags " << int{m.message.flags.system.bits()}
      << " dates " << m.message.internal_date.seconds << ' ' << m.message.internal_date.zone_minutes << ' '
      << m.message.save_date;
  for (const auto& keyword : m.keywords) out << ' ' << keyword;
  out << " \"" << m.what << (m.intact ? "\"\n" : "\" DAMAGED\n");
}

void write_mailbox(std::ostream& out, const std::string& name, const MailboxPicture& m) {
  out << name << (m.entry.subscribed ? " subscribed" : "") << " use " << int{m.entry.special_use.bits()};
  if (!m.entry.id) {
    out << " no mailbox\n";
    return;
  }
  out << " id " << m.entry.id->value() << " validity " << m.state.uid_validity.value() << " next "
      << m.state.uid_next.value() << " modseq " << m.state.highest_modseq.value() << " counts " << m.state.messages
      << ' ' << m.state.unseen << ' ' << m.state.deleted << ' ' << m.state.bytes << " vanished";
  for (const auto& range : m.vanished.ranges()) out << ' ' << range.first.value() << ':' << range.last.value();
  out << '\n';
  for (const auto& message : m.messages) write_message(out, message);
}

}  // namespace

std::string AccountState::text() const {
  std::ostringstream out;
  for (const auto& [name, mailbox] : mailboxes) write_mailbox(out, name, mailbox);
  return out.str();
}

bool AccountState::intact() const {
  return std::ranges::all_of(mailboxes, [](const auto& entry) {
    return std::ranges::all_of(entry.second.messages, &MessageState::intact);
  });
}

std::map<std::string, int> AccountState::census() const {
  std::map<std::string, int> out;
  for (const auto& [name, mailbox] : mailboxes)
    for (const auto& message : mailbox.messages) ++out[message.what];
  return out;
}

AccountState read_account(PagedStore& store) {
  return store.read([&](ReadTransaction& tx) {
    AccountState out;
    for (const auto& entry : tx.mailboxes())
      out.mailboxes.emplace(entry.name.utf8(), read_mailbox(store, tx, entry));
    return out;
  });
}

}  // namespace postbag::storage::test
