#include "commands/arguments.h"

#include <algorithm>
#include <utility>

#include "core/utf8.h"
#include "protocol/parse/sequence_set.h"
#include "protocol/parse/values.h"
#include "protocol/text/charset/utf7.h"
#include "session/client.h"

namespace postbag {

Result<std::string> mailbox_text(const Client& client, std::string_view argument) {
  std::string wire = protocol::string_value(argument);
  if (client.charset() == protocol::Charset::seven_bit) {
    auto utf8 = protocol::utf8_from_utf7(wire);
    if (!utf8) return std::unexpected(Error::invalid_name);
    return std::move(*utf8);
  }
  if (!is_utf8(wire)) return std::unexpected(Error::invalid_name);
  return wire;
}

Result<MailboxName> mailbox_name(const Client& client, std::string_view argument) {
  const auto text = mailbox_text(client, argument);
  if (!text) return std::unexpected(text.error());
  return MailboxName::from(*text);
}

Result<Place> mailbox_place(const Client& client, std::string_view argument) {
  auto name = mailbox_name(client, argument);
  if (!name) return std::unexpected(name.error());
  return client.access().place_of(*std::move(name));
}

std::optional<Reply> refuse_two_accounts(const Account& one, const Account& other) {
  if (one.id() == other.id()) return std::nullopt;
  return Reply::no("Both mailboxes must belong to the same account", "CANNOT");
}

std::expected<UidSet, Reply> message_set(Client& client, std::string_view argument, ByUid by_uid, Beyond beyond) {
  const SelectedMailbox& selected = client.selected();
  return message_set(client, selected.view(), selected.saved(), argument, by_uid, beyond);
}

std::expected<UidSet, Reply> message_set(const Client& client, const View& view, const UidSet& saved,
                                         std::string_view argument, ByUid by_uid, Beyond beyond) {
  if (by_uid == ByUid::no && client.uid_only()) return std::unexpected(uid_required());
  const auto set = protocol::SequenceSet::from(argument, client.context().limits.set_ranges);
  if (!set) return std::unexpected(Reply::no("Too many ranges in the set", "LIMIT"));
  if (set->is_saved_result()) return saved.intersect(view.uids());
  if (by_uid == ByUid::yes) return set->resolve<Uid>(view.last_uid()).intersect(view.uids());

  const std::uint32_t size = view.size();
  const SeqSet seqs = set->resolve<SeqNum>(SeqNum::from(size));
  const bool some_beyond = seqs.empty() || seqs.ranges().back().first.value() > size;
  if (some_beyond && beyond == Beyond::bad)
    return std::unexpected(Reply::bad("No message has that sequence number"));
  return view.uids_of(seqs);
}

UidSet absent_uids(const Client& client, std::string_view argument) {
  const SelectedMailbox& selected = client.selected();
  const auto set = protocol::SequenceSet::from(argument, client.context().limits.set_ranges);
  if (!set || set->is_saved_result() || selected.known_next() == 1) return {};
  const Uid last(static_cast<std::uint32_t>(selected.known_next() - 1));
  return set->resolve<Uid>(last).intersect(UidSet{{Uid::min(), last}}).minus(selected.view().uids());
}

Reply uid_required() { return Reply::bad("Sequence numbers are disabled, use UIDs", "UIDREQUIRED"); }

}  // namespace postbag
