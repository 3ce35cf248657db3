#include "storage/engine/pages/page_codec.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "storage/engine/pages/varint.h"
#include "storage/errors.h"

using namespace postbag;
using namespace postbag::storage;
using namespace postbag::storage::pages;

namespace {

rc::Gen<KeywordSet> some_keywords() {
  return rc::gen::map(rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>()),
                      [](const std::vector<std::uint8_t>& indexes) {
                        KeywordSet set;
                        for (const auto i : indexes) set.add(i);
                        return set;
                      });
}

Message random_message(std::uint32_t uid) {
  return {.uid = Uid(uid),
          .modseq = ModSeq(*rc::gen::inRange<std::uint64_t>(1, ModSeq::max_value)),
          .body = BodyId(*rc::gen::inRange<std::uint64_t>(1, BodyId::max_value)),
          .size = *rc::gen::arbitrary<std::uint64_t>(),
          .flags = {SystemFlags::from_bits(*rc::gen::arbitrary<std::uint8_t>()),
                    *rc::gen::oneOf(rc::gen::just(KeywordSet{}), some_keywords())},
          .internal_date = {*rc::gen::arbitrary<std::int64_t>(), *rc::gen::arbitrary<std::int16_t>()},
          .save_date = *rc::gen::arbitrary<std::int64_t>()};
}

std::vector<Message> random_page() {
  auto uids = *rc::gen::nonEmpty(
      rc::gen::unique<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(1, Uid::max_value)));
  std::ranges::sort(uids);
  std::vector<Message> messages;
  for (const auto uid : uids) messages.push_back(random_message(uid));
  return messages;
}

/// A page in format 1, with messages without keywords, the first of which has the highest mod-sequence.
std::string page_of_format_1(Uid key, const std::vector<Message>& messages) {
  constexpr std::uint8_t same_zone = 0x40;
  constexpr std::uint8_t saved_when_dated = 0x80;
  PackWriter out;
  out.byte(1);
  out.varint(messages.size());
  out.varint(messages.front().modseq.value());
  std::uint64_t uid = key.value();
  std::int64_t body = 0;
  DateTime date{.seconds = 0, .zone_minutes = 0};
  for (const auto& m : messages) {
    const bool keeps_zone = m.internal_date.zone_minutes == date.zone_minutes;
    const bool is_saved_when_dated = m.save_date == m.internal_date.seconds;
    out.varint(m.uid.value() - uid);
    out.varint(messages.front().modseq.value() - m.modseq.value());
    out.byte(static_cast<std::uint8_t>(m.flags.system.bits() | (keeps_zone ? same_zone : 0) |
                                       (is_saved_when_dated ? saved_when_dated : 0)));
    out.varint(zigzag(static_cast<std::int64_t>(m.body.value()) - body));
    out.varint(m.size);
    out.varint(zigzag(wrapping_minus(m.internal_date.seconds, date.seconds)));
    if (!keeps_zone) out.varint(zigzag(m.internal_date.zone_minutes));
    if (!is_saved_when_dated) out.varint(zigzag(wrapping_minus(m.save_date, m.internal_date.seconds)));
    uid = m.uid.value();
    body = static_cast<std::int64_t>(m.body.value());
    date = m.internal_date;
  }
  return out.finish();
}

/// What the bytes mean; nothing when they are no page.
std::optional<std::vector<Message>> unpacked(std::string_view bytes) {
  try {
    return unpack_page(Uid::min(), bytes);
  } catch (const Corrupt&) {
    return std::nullopt;
  }
}

}  // namespace

TEST_CASE("a page comes back as it was packed") {
  CHECK(rc::check([] {
    const auto messages = random_page();
    const Uid key(*rc::gen::inRange<std::uint32_t>(1, messages.front().uid.value() + 1));
    RC_ASSERT(unpack_page(key, pack_page(key, messages)) == messages);
  }));
}

TEST_CASE("a page that is cut short or has bytes after its end is refused") {
  CHECK(rc::check([] {
    const auto messages = random_page();
    const auto key = messages.front().uid;
    const auto bytes = pack_page(key, messages);
    const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
    RC_ASSERT_THROWS_AS(unpack_page(key, bytes.substr(0, cut)), Corrupt);
    RC_ASSERT_THROWS_AS(unpack_page(key, bytes + '\0'), Corrupt);
  }));
}

TEST_CASE("a page of format 1 is read, and packed again in the newest format") {
  CHECK(rc::check([] {
    auto messages = random_page();
    for (auto& m : messages) {
      m.flags.keywords = {};
      if (*rc::gen::arbitrary<bool>()) m.save_date = m.internal_date.seconds;
    }
    messages.front().modseq = ModSeq::max();
    const auto key = messages.front().uid;
    const auto old = page_of_format_1(key, messages);
    RC_ASSERT_FALSE(is_newest_format(old));
    RC_ASSERT(unpack_page(key, old) == messages);
    RC_ASSERT(is_newest_format(pack_page(key, messages)));
  }));
}

TEST_CASE("random bytes never do worse than Corrupt, and what is read of them can be packed") {
  CHECK(rc::check([](const std::string& noise) {
    for (const char format : {'\1', '\2'}) {
      const auto messages = unpacked(format + noise);
      if (messages) RC_ASSERT(unpacked(pack_page(Uid::min(), *messages)) == messages);
    }
    try {
      unpack_uids(noise);
    } catch (const Corrupt&) {
    }
  }));
}

TEST_CASE("a page that was changed in one byte is refused, or read as another page") {
  CHECK(rc::check([] {
    const auto page = pack_page(Uid::min(), random_page());
    auto changed = page;
    auto& byte = changed[*rc::gen::inRange<std::size_t>(0, page.size())];
    byte = static_cast<char>(byte ^ *rc::gen::inRange(1, 256));
    const auto messages = unpacked(changed);
    if (messages) RC_ASSERT(unpacked(pack_page(Uid::min(), *messages)) == messages);
  }));
}

TEST_CASE("an unknown format and an unknown mark are refused") {
  const auto page = pack_page(Uid::min(), std::vector{Message{}});
  REQUIRE(page == std::string("\2\1\1\0\0\0\2\0\0", 9));
  for (const auto* other : {"\3\1\1\0\0\0\2\0\0", "\0\1\1\0\0\0\2\0\0"})
    CHECK_FALSE(unpacked(std::string_view(other, 9)));
  CHECK_FALSE(unpacked(std::string_view("\2\1\1\0\0\x80\2\2\0\0", 10)));
}

TEST_CASE("a usual message takes about a dozen bytes") {
  std::vector<Message> messages;
  for (std::uint32_t i = 0; i < 128; ++i)
    messages.push_back({.uid = Uid(1000 + i),
                        .modseq = ModSeq(5000 + i),
                        .body = BodyId(100'000 + i),
                        .size = 20'000,
                        .flags = {},
                        .internal_date = {1'800'000'000 + i * 600, 60},
                        .save_date = 1'800'000'003 + i * 600});
  CHECK(pack_page(Uid(1000), messages).size() < 128 * 14);
}

TEST_CASE("varints and zigzag keep every number") {
  CHECK(rc::check([](std::uint64_t v, std::int64_t s) {
    PackWriter out;
    out.varint(v);
    const std::string bytes = out.finish();
    PackReader in(bytes);
    RC_ASSERT(in.varint() == v);
    RC_ASSERT(in.at_end());
    RC_ASSERT(unzigzag(zigzag(s)) == s);
  }));
}

TEST_CASE("numbers and texts come back in their order, however many they are") {
  CHECK(rc::check([](const std::vector<std::uint64_t>& numbers, const std::string& text) {
    PackWriter out;
    for (int round = 0; round < 50; ++round) {
      for (const auto v : numbers) out.varint(v);
      if (round % 7 == 0) out.text(text);
    }
    const std::string bytes = out.finish();
    PackReader in(bytes);
    for (int round = 0; round < 50; ++round) {
      for (const auto v : numbers) RC_ASSERT(in.varint() == v);
      if (round % 7 == 0) RC_ASSERT(in.text(text.size()) == text);
    }
    RC_ASSERT(in.at_end());
  }));
}

TEST_CASE("sets of UIDs and keywords come back") {
  CHECK(rc::check([](const std::vector<std::string>& keywords) {
    UidSet uids;
    for (const auto v : *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(1, 2000)))
      uids.add(Uid(v));
    RC_ASSERT(unpack_uids(pack_uids(uids)) == uids);
    RC_ASSERT(unpack_keywords(pack_keywords(keywords)) == keywords);
  }));
  const UidSet widest{{Uid::min(), Uid::max()}};
  CHECK(unpack_uids(pack_uids(widest)) == widest);
}
