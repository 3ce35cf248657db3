// A mailbox in memory. Its row holds sums over its messages (how many, how many unseen, bytes), so that STATUS
// reads one row; what changes messages does so through here, and the sums are kept with each change.
//
// - Changes stay in memory until flush(), which writes the changed pages and the row together, once for each body.
// - advance() is called once for each operation: all messages it changes carry that mod-sequence.
// - The log of vanished UIDs is shortened where it is written. low_water rises with each entry that goes, so that a
//   reader can see whether the log still reaches back far enough.
#include "storage/engine/open_mailbox.h"

#include <algorithm>

#include "core/ascii.h"
#include "storage/errors.h"

namespace postbag::storage {

pages::MailboxIndex& OpenMailbox::index() {
  if (!index_) index_ = std::make_unique<pages::MailboxIndex>(id_, tables_.pages, loads_);
  return *index_;
}

ModSeq OpenMailbox::next_modseq() const {
  // The last is left for change_all_above_reservation().
  if (row_.state.highest_modseq.value() < ModSeq::max_value - 1) return row_.state.highest_modseq.next();
  throw Corrupt("database: the mod-sequences of mailbox " + std::to_string(id_.value()) + " are used up");
}

ModSeq OpenMailbox::advance() {
  row_.state.highest_modseq = next_modseq();
  dirty_ = true;
  return row_.state.highest_modseq;
}

Uid OpenMailbox::append(Message message) {
  message.uid = row_.state.uid_next;
  row_.state.uid_next = message.uid.next();
  index().append(message);
  count(message, 1);
  dirty_ = true;
  return message.uid;
}

void OpenMailbox::count(const Message& m, int sign) {
  const auto step = static_cast<std::uint32_t>(sign);  // modulo 2^32: adding -1 takes one away
  auto& state = row_.state;
  state.messages += step;
  if (!m.flags.system.has(SystemFlag::seen)) state.unseen += step;
  if (m.flags.system.has(SystemFlag::deleted)) state.deleted += step;
  if (sign > 0)
    state.bytes += m.size;
  else
    state.bytes -= m.size;
}

void OpenMailbox::log_vanished(const UidSet& uids, ModSeq modseq, std::int64_t now, std::uint64_t most_ranges,
                               std::int64_t oldest_time) {
  dirty_ = true;
  tables_.vanished.add(id_, {modseq, now, uids});
  row_.vanished_ranges += uids.ranges().size();
  for (auto oldest = tables_.vanished.oldest(id_); oldest && oldest->modseq < modseq;
       oldest = tables_.vanished.oldest(id_)) {
    if (row_.vanished_ranges <= most_ranges && oldest->time >= oldest_time) return;
    tables_.vanished.erase(id_, oldest->modseq);
    row_.vanished_ranges -= oldest->ranges;
    row_.low_water = oldest->modseq.value();
  }
}

std::optional<std::size_t> OpenMailbox::keyword_index(std::string_view name) const {
  const auto at = std::ranges::find_if(row_.keywords, [&](const auto& k) { return ascii_iequal(k, name); });
  if (at == row_.keywords.end()) return std::nullopt;
  return static_cast<std::size_t>(at - row_.keywords.begin());
}

Result<KeywordSet> OpenMailbox::intern(std::span<const std::string> names, const Limits& limits) {
  const auto most = std::min(limits.keywords, KeywordSet::capacity);
  const auto before = row_.keywords.size();
  KeywordSet set;
  for (const auto& name : names) {
    auto index = keyword_index(name);
    if (!index) {
      const bool too_long = name.size() > limits.keyword_length;
      if (too_long || row_.keywords.size() >= most) {
        row_.keywords.resize(before);
        return std::unexpected(too_long ? Error::keyword_too_long : Error::too_many_keywords);
      }
      index = row_.keywords.size();
      row_.keywords.push_back(name);
    }
    set.add(*index);
  }
  dirty_ = dirty_ || row_.keywords.size() > before;
  row_.state.keywords = static_cast<std::uint32_t>(row_.keywords.size());
  return set;
}

KeywordSet OpenMailbox::known(std::span<const std::string> names) const {
  KeywordSet set;
  for (const auto& name : names)
    if (const auto index = keyword_index(name)) set.add(*index);
  return set;
}

void OpenMailbox::set_validity(UidValidity validity) {
  dirty_ = true;
  row_.state.uid_validity = validity;
}

void OpenMailbox::reserve_modseq(std::uint64_t upto) {
  dirty_ = true;
  row_.reserved_modseq = upto;
}

void OpenMailbox::change_all_above_reservation() {
  dirty_ = true;
  auto& highest = row_.state.highest_modseq;
  highest = std::max(highest, ModSeq(row_.reserved_modseq));
  if (highest < ModSeq::max()) highest = highest.next();
  row_.reserved_modseq = 0;
  index().edit({{Uid::min(), Uid::max()}}, [&](Message& m) {
    m.modseq = highest;
    return true;
  });
}

void OpenMailbox::flush(std::uint64_t generation) {
  if (!dirty_) return;
  if (index_) index_->flush();
  tables_.mailboxes.save(id_, row_, generation);
  dirty_ = false;
}

}  // namespace postbag::storage
