#include "core/range_set.h"

#include <cstdint>
#include <random>
#include <set>

#include <doctest/doctest.h>

using namespace postbag;
using Random = std::linear_congruential_engine<std::uint32_t, 48271, 0, 2147483647>;

namespace {

UidSet random_set(Random& random, std::set<std::uint32_t>& model) {
  UidSet out;
  for (int i = 0; i < 6; ++i) {
    const std::uint32_t first = random() % 60 + 1;
    const std::uint32_t last = first + random() % 5;
    out.add(UidRange{Uid(first), Uid(last)});
    for (auto v = first; v <= last; ++v) model.insert(v);
  }
  return out;
}

std::set<std::uint32_t> members(const UidSet& set) {
  std::set<std::uint32_t> out;
  set.for_each([&out](Uid uid) { out.insert(uid.value()); });
  return out;
}

/// Sorted, disjoint and with a gap between neighbours.
bool is_canonical(const UidSet& set) {
  for (std::size_t i = 1; i < set.ranges().size(); ++i)
    if (set.ranges()[i].first.value() < set.ranges()[i - 1].last.value() + 2) return false;
  return true;
}

}  // namespace

TEST_CASE("a set of runs behaves as a set of numbers") {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    std::set<std::uint32_t> a_model;
    std::set<std::uint32_t> b_model;
    const UidSet a = random_set(random, a_model);
    const UidSet b = random_set(random, b_model);
    REQUIRE(is_canonical(a));
    REQUIRE(members(a) == a_model);
    REQUIRE(a.size() == a_model.size());

    std::set<std::uint32_t> both;
    std::set<std::uint32_t> only_a;
    for (const auto v : a_model) (b_model.contains(v) ? both : only_a).insert(v);
    REQUIRE(members(a.intersect(b)) == both);
    REQUIRE(is_canonical(a.intersect(b)));
    REQUIRE(members(a.minus(b)) == only_a);
    REQUIRE(is_canonical(a.minus(b)));
    for (std::uint32_t v = 1; v < 70; ++v) REQUIRE(a.contains(Uid(v)) == a_model.contains(v));
  }
}

TEST_CASE("the highest number does not wrap") {
  UidSet set;
  set.add(Uid::max());
  set.add(Uid(1));
  CHECK(set.size() == 2);
  CHECK(set.minus(UidSet{{Uid::max(), Uid::max()}}).size() == 1);
  std::size_t seen = 0;
  set.for_each([&seen](Uid) { ++seen; });
  CHECK(seen == 2);
}

TEST_CASE("a number outside its range is no number") {
  CHECK_FALSE(Uid::from(0).has_value());
  CHECK(Uid::from(4294967295U)->value() == 4294967295U);
  CHECK_FALSE(Uid::from(4294967296ULL).has_value());
  CHECK_FALSE(ModSeq::from(0x8000'0000'0000'0000ULL).has_value());
}

TEST_CASE("the places of a set are those of its numbers in rising order") {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::set<std::uint32_t> model;
    const UidSet set = random_set(random, model);
    const std::vector<std::uint32_t> list(model.begin(), model.end());
    const std::uint64_t begin = random() % (list.size() + 3);
    const std::uint64_t end = random() % (list.size() + 3);
    std::set<std::uint32_t> want;
    for (std::uint64_t i = begin; i < end && i < list.size(); ++i) want.insert(list[i]);
    CHECK(members(set.at_places(begin, end)) == want);
    CHECK(is_canonical(set.at_places(begin, end)));
  }
}
