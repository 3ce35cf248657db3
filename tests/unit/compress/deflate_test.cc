#include "compress/deflate.h"

#include <string>
#include <vector>

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace postbag::compress;
using Outcome = Inflater::Outcome;

namespace {

/// What `compressed` becomes, taken in pieces of `piece` bytes into a buffer of `room`.
std::string inflated(Inflater& inflater, std::string_view compressed, std::size_t piece, std::size_t room) {
  std::string out;
  std::vector<char> buffer(room);
  while (!compressed.empty()) {
    std::string_view input = compressed.substr(0, piece);
    compressed.remove_prefix(input.size());
    for (Outcome outcome = Outcome::progress; outcome == Outcome::progress;) {
      const Inflater::Step step = inflater.decompress(input, buffer);
      out.append(buffer.data(), step.given);
      input.remove_prefix(step.used);
      outcome = step.outcome;
      REQUIRE(outcome != Outcome::invalid);
    }
    CHECK(input.empty());
  }
  return out;
}

}  // namespace

TEST_CASE("whatever is compressed can be read at once and whole, also after a rest") {
  CHECK(rc::check([] {
    Deflater deflater;
    Inflater inflater;
    const auto piece = *rc::gen::inRange<std::size_t>(1, 50);
    const auto room = *rc::gen::inRange<std::size_t>(1, 50);
    for (const auto& [text, rests] : *rc::gen::container<std::vector<std::pair<std::string, bool>>>(rc::gen::pair(
             rc::gen::container<std::string>(rc::gen::arbitrary<char>()), rc::gen::arbitrary<bool>()))) {
      std::string compressed;
      deflater.compress(text, compressed);
      RC_ASSERT(inflated(inflater, compressed, piece, room) == text);
      if (rests) deflater.rest();
    }
  }));
}

TEST_CASE("responses shrink, and what does not shrink hardly grows") {
  Deflater deflater;
  std::string text, compressed;
  for (int n = 1; n < 2000; ++n)
    text += "* " + std::to_string(n) + " FETCH (UID " + std::to_string(n) + " FLAGS (\\Seen))\r\n";
  deflater.compress(text, compressed);
  CHECK(compressed.size() < text.size() / 3);
  std::string noise(100'000, 'x'), packed;
  std::uint32_t seed = 1;
  for (char& c : noise) c = static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
  deflater.compress(noise, packed);
  CHECK(packed.size() < noise.size() + 200);
  Inflater inflater;
  CHECK(inflated(inflater, compressed + packed, 1000, 4096) == text + noise);
}

TEST_CASE("a bomb comes out in pieces of the buffer") {
  Deflater deflater;
  std::string bomb;
  deflater.compress(std::string(10'000'000, '\0'), bomb);
  CHECK(bomb.size() < 100'000);
  Inflater inflater;
  std::vector<char> buffer(4096);
  const Inflater::Step step = inflater.decompress(bomb, buffer);
  CHECK(step.outcome == Outcome::progress);
  CHECK(step.given == buffer.size());
  CHECK(step.used < bomb.size());
}

TEST_CASE("what is not DEFLATE is refused, and an end is an end") {
  std::vector<char> buffer(4096);
  CHECK(Inflater().decompress("a LOGIN anna secret\r\n", buffer).outcome == Outcome::invalid);
  CHECK(Inflater().decompress(std::string("\x03\x00", 2), buffer).outcome == Outcome::ended);
}
