// What the tests of exchanges share.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <doctest/doctest.h>

#include "protocol/sasl/exchange.h"

namespace postbag::sasl::test {

/// The step as that kind; the test ends when it is another one.
template <class Kind>
Kind as(Step step) {
  auto* const found = std::get_if<Kind>(&step);
  REQUIRE(found != nullptr);
  return std::move(*found);
}

/// Why it failed; nothing when it did not.
inline std::optional<Refusal> refusal_of(const Step& step) {
  const auto* const failed = std::get_if<Failed>(&step);
  return failed == nullptr ? std::nullopt : std::optional(failed->why);
}

/// Bytes with NUL in them.
template <std::size_t size>
std::string bytes(const char (&literal)[size]) {
  return std::string(literal, size - 1);
}

}  // namespace postbag::sasl::test
