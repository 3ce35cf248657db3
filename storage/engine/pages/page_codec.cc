#include "storage/engine/pages/page_codec.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "storage/engine/pages/varint.h"

namespace postbag::storage::pages {

namespace {

constexpr std::uint8_t newest_format = 2;
constexpr std::uint8_t first_format = 1;

// The marks of a message: its system flags in the low five bits, then the fields that it has beyond the usual ones.
// The frequent ones stay below 128, so that they take one byte.
constexpr std::uint64_t flag_bits = 0x1f;
constexpr std::uint64_t has_keywords = 0x20;
constexpr std::uint64_t saved_later = 0x40;  ///< SAVEDATE differs from INTERNALDATE
constexpr std::uint64_t new_zone = 0x80;     ///< differs from that of the message before
constexpr std::uint64_t all_marks = 0xff;

/// What a message is written relative to: the one before it.
struct Previous {
  std::uint64_t uid;
  std::int64_t body = 0;
  DateTime date;
};

ModSeq highest_modseq(std::span<const Message> messages) {
  return std::ranges::max_element(messages, {}, &Message::modseq)->modseq;
}

std::uint64_t marks_of(const Message& m, const Previous& previous) {
  std::uint64_t marks = m.flags.system.bits();
  if (!m.flags.keywords.empty()) marks |= has_keywords;
  if (m.save_date != m.internal_date.seconds) marks |= saved_later;
  if (m.internal_date.zone_minutes != previous.date.zone_minutes) marks |= new_zone;
  return marks;
}

/// Format 1 had one byte, in which two marks said that a field is left out.
std::uint64_t marks_of_first_format(std::uint8_t byte) {
  constexpr std::uint8_t same_zone = 0x40;
  constexpr std::uint8_t saved_when_dated = 0x80;
  std::uint64_t marks = byte & (flag_bits | has_keywords);
  if ((byte & same_zone) == 0) marks |= new_zone;
  if ((byte & saved_when_dated) == 0) marks |= saved_later;
  return marks;
}

std::uint64_t unpack_marks(PackReader& in, std::uint8_t format) {
  return format == first_format ? marks_of_first_format(in.byte()) : in.varint_in(0, all_marks);
}

void pack_keyword_set(PackWriter& out, const KeywordSet& keywords) {
  std::uint64_t count = 0;
  keywords.for_each([&](std::size_t) { ++count; });
  out.varint(count);
  keywords.for_each([&](std::size_t i) { out.varint(i); });
}

KeywordSet unpack_keyword_set(PackReader& in) {
  KeywordSet keywords;
  for (auto count = in.varint_in(1, KeywordSet::capacity); count > 0; --count)
    keywords.add(static_cast<std::size_t>(in.varint_in(0, KeywordSet::capacity - 1)));
  return keywords;
}

void pack_message(PackWriter& out, const Message& m, ModSeq highest, const Previous& previous) {
  const auto marks = marks_of(m, previous);
  out.varint(m.uid.value() - previous.uid);
  out.varint(highest.value() - m.modseq.value());
  out.varint(marks);
  out.varint(zigzag(wrapping_minus(static_cast<std::int64_t>(m.body.value()), previous.body)));
  out.varint(m.size);
  out.varint(zigzag(wrapping_minus(m.internal_date.seconds, previous.date.seconds)));
  if ((marks & new_zone) != 0) out.varint(zigzag(m.internal_date.zone_minutes));
  if ((marks & saved_later) != 0) out.varint(zigzag(wrapping_minus(m.save_date, m.internal_date.seconds)));
  if ((marks & has_keywords) != 0) pack_keyword_set(out, m.flags.keywords);
}

template <class N>
N checked(std::uint64_t v) {
  const auto n = N::from(v);
  if (!n) throw Corrupt("packed number out of range");
  return *n;
}

std::int16_t unpack_zone(PackReader& in) {
  const auto zone = unzigzag(in.varint());
  if (zone < std::numeric_limits<std::int16_t>::min() || zone > std::numeric_limits<std::int16_t>::max())
    throw Corrupt("packed zone out of range");
  return static_cast<std::int16_t>(zone);
}

Message unpack_message(PackReader& in, std::uint8_t format, ModSeq highest, const Previous& previous) {
  Message m;
  m.uid = checked<Uid>(previous.uid + in.varint_in(0, Uid::max_value));
  m.modseq = checked<ModSeq>(highest.value() - in.varint_in(0, highest.value() - 1));
  const auto marks = unpack_marks(in, format);
  m.flags.system = SystemFlags::from_bits(marks & flag_bits);
  m.body = checked<BodyId>(static_cast<std::uint64_t>(wrapping_plus(previous.body, unzigzag(in.varint()))));
  m.size = in.varint();
  m.internal_date.seconds = wrapping_plus(previous.date.seconds, unzigzag(in.varint()));
  m.internal_date.zone_minutes = (marks & new_zone) != 0 ? unpack_zone(in) : previous.date.zone_minutes;
  m.save_date = m.internal_date.seconds;
  if ((marks & saved_later) != 0) m.save_date = wrapping_plus(m.save_date, unzigzag(in.varint()));
  if ((marks & has_keywords) != 0) m.flags.keywords = unpack_keyword_set(in);
  return m;
}

Previous after(const Message& m) {
  return {m.uid.value(), static_cast<std::int64_t>(m.body.value()), m.internal_date};
}

}  // namespace

std::string pack_page(Uid key, std::span<const Message> messages) {
  assert(!messages.empty() && messages.front().uid >= key);
  const auto highest = highest_modseq(messages);
  PackWriter out(16 + messages.size() * 24);
  out.byte(newest_format);
  out.varint(messages.size());
  out.varint(highest.value());
  Previous previous{.uid = key.value(), .date = {}};
  for (const auto& m : messages) {
    pack_message(out, m, highest, previous);
    previous = after(m);
  }
  return out.finish();
}

std::vector<Message> unpack_page(Uid key, std::string_view bytes) {
  PackReader in(bytes);
  const auto format = in.byte();
  if (format != newest_format && format != first_format) throw Corrupt("index page of an unknown format");
  const auto count = in.varint_in(1, bytes.size());
  const auto highest = checked<ModSeq>(in.varint());
  std::vector<Message> messages;
  messages.reserve(static_cast<std::size_t>(count));
  Previous previous{.uid = key.value(), .date = {}};
  for (std::uint64_t i = 0; i < count; ++i) {
    messages.push_back(unpack_message(in, format, highest, previous));
    if (i > 0 && messages.back().uid.value() <= previous.uid) throw Corrupt("UIDs of an index page do not rise");
    previous = after(messages.back());
  }
  if (!in.at_end()) throw Corrupt("index page with bytes left over");
  return messages;
}

bool is_newest_format(std::string_view page) { return PackReader(page).byte() == newest_format; }

std::string pack_uids(const UidSet& uids) {
  PackWriter out;
  std::uint64_t previous = 0;
  for (const auto& range : uids.ranges()) {
    out.varint(range.first.value() - previous);
    out.varint(range.size() - 1);
    previous = range.last.value();
  }
  return out.finish();
}

UidSet unpack_uids(std::string_view bytes) {
  UidSet uids;
  PackReader in(bytes);
  std::uint64_t previous = 0;
  while (!in.at_end()) {
    const auto first = previous + in.varint_in(1, Uid::max_value);
    const auto last = first + in.varint_in(0, Uid::max_value);
    uids.add({checked<Uid>(first), checked<Uid>(last)});
    previous = last;
  }
  return uids;
}

std::string pack_keywords(std::span<const std::string> keywords) {
  PackWriter out;
  for (const auto& keyword : keywords) {
    out.varint(keyword.size());
    out.text(keyword);
  }
  return out.finish();
}

std::vector<std::string> unpack_keywords(std::string_view bytes) {
  std::vector<std::string> keywords;
  PackReader in(bytes);
  while (!in.at_end()) keywords.emplace_back(in.text(static_cast<std::size_t>(in.varint())));
  return keywords;
}

}  // namespace postbag::storage::pages
