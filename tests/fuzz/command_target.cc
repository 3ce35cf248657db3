// Fuzz target: any bytes as what a client sends to the framer and the parser. Input: a seed of the pieces, a choice
// of limits and of what becomes of literals, the bytes.
//
// What must hold: what is understood does not depend on the pieces in which it came.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "input.h"
#include "tests/grammar/logged_reader.h"

using namespace postbag;
using fuzz::require;

namespace {

Limits limits_of(std::uint8_t choice) {
  if ((choice & 1) == 0) return {};
  Limits small;
  small.line_before_login = 600U + choice;
  small.line_after_login = 700U + choice;
  small.arguments = 800;
  small.search_arguments = 900;
  small.literal_before_login = 8;
  small.non_sync_literal = 16;
  small.refused_literal_dropped = 24;
  small.message = 48;
  small.nesting = 3;
  small.set_ranges = 4;
  return small;
}

test::Answer answer_of(std::uint8_t choice) { return static_cast<test::Answer>(choice / 32 % 3); }

/// A literal that follows a line that is too long may be known to be too large at once, or when its size comes.
std::string without_end(std::string log) {
  for (const std::string_view end : {"* BAD Refused data too large and close\n", " and close\n"})
    if (log.ends_with(end)) log.resize(log.size() - end.size());
  if (!log.empty() && !log.ends_with('\n')) log += '\n';
  return log;
}

void check_same(const test::LoggedReader& one, const test::LoggedReader& other) {
  const bool same = without_end(one.log) == without_end(other.log) && one.is_closed() == other.is_closed();
  if (!same) std::fprintf(stderr, "whole:\n%s\ncut:\n%s\n", one.log.c_str(), other.log.c_str());
  require(same, "the same wherever it is cut");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t seed = input.byte(), choice = input.byte();
  const Limits limits = limits_of(choice);
  test::LoggedReader whole(limits, answer_of(choice)), cut(limits, answer_of(choice));
  whole.reader.set_logged_in(choice < 192);
  cut.reader.set_logged_in(choice < 192);
  whole.feed(input.rest());
  for (fuzz::Pieces pieces(input.rest(), seed); pieces.more();) cut.feed(pieces.next());
  check_same(whole, cut);
  return 0;
}
