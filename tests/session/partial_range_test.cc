#include "commands/fetch/partial_range.h"

#include <string_view>
#include <utility>

#include <doctest/doctest.h>

using namespace postbag;

namespace {

std::pair<std::uint64_t, std::uint64_t> places(std::string_view text, std::uint64_t size) {
  return partial_range(text).value().places(size);
}

}  // namespace

TEST_CASE("a PARTIAL names places from either end, and only those that exist. RFC 9394 section 3.1") {
  CHECK(places("1:3", 10) == std::pair(0UL, 3UL));
  CHECK(places("3:1", 10) == std::pair(0UL, 3UL));
  CHECK(places("4:4", 10) == std::pair(3UL, 4UL));
  CHECK(places("8:12", 10) == std::pair(7UL, 10UL));
  CHECK(places("10:4294967295", 10) == std::pair(9UL, 10UL));
  CHECK(places("-1:-3", 10) == std::pair(7UL, 10UL));
  CHECK(places("-3:-1", 10) == std::pair(7UL, 10UL));
  CHECK(places("-8:-12", 10) == std::pair(0UL, 3UL));
  CHECK(places("-4294967295:-10", 10) == std::pair(0UL, 1UL));
}

TEST_CASE("a PARTIAL beyond the end names nothing, within the list") {
  for (const char* text : {"11:12", "-11:-12", "4294967295:4294967295", "-4294967295:-4294967294"}) {
    const auto [begin, end] = places(text, 10);
    CHECK(begin == end);
    CHECK(end <= 10);
  }
  CHECK(places("1:3", 0) == std::pair(0UL, 0UL));
  CHECK(places("-1:-3", 0) == std::pair(0UL, 0UL));
}

TEST_CASE("a PARTIAL keeps what the client wrote, and accepts no number over 32 bits") {
  CHECK(partial_range("500:400")->written == "500:400");
  CHECK(partial_range("-1:-100")->written == "-1:-100");
  CHECK_FALSE(partial_range("1:4294967296"));
  CHECK_FALSE(partial_range("-4294967296:-1"));
}
