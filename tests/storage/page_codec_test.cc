#include "storage/engine/pages/page_codec.h"

#include <algorithm>

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
          .flags = {SystemFlags(*rc::gen::arbitrary<std::uint8_t>()),
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

}  // namespace

TEST_CASE("a page comes back as it was packed") {
  CHECK(rc::check([] {
    const auto messages = random_page();
    const Uid key(*rc::gen::inRange<std::uint32_t>(1, messages.front().uid.value() + 1));
    RC_ASSERT(unpack_page(key, pack_page(key, messages)) == messages);
  }));
}

TEST_CASE("a page cut short or with bytes behind is refused") {
  CHECK(rc::check([] {
    const auto messages = random_page();
    const auto key = messages.front().uid;
    const auto bytes = pack_page(key, messages);
    const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size());
    RC_ASSERT_THROWS_AS(unpack_page(key, bytes.substr(0, cut)), Corrupt);
    RC_ASSERT_THROWS_AS(unpack_page(key, bytes + '\0'), Corrupt);
  }));
}

TEST_CASE("random bytes never do worse than Corrupt") {
  CHECK(rc::check([](const std::string& noise) {
    const auto bytes = "\x01" + noise;
    try {
      unpack_page(Uid::min(), bytes);
    } catch (const Corrupt&) {
    }
    try {
      unpack_uids(bytes);
    } catch (const Corrupt&) {
    }
  }));
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
    std::string out;
    append_varint(out, v);
    PackReader in(out);
    RC_ASSERT(in.varint() == v);
    RC_ASSERT(in.at_end());
    RC_ASSERT(unzigzag(zigzag(s)) == s);
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
