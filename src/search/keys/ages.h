// OLDER and YOUNGER. RFC 5032 section 2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "search/keys/kind.h"

namespace postbag::search {

/// Arrived before or since an instant that lies so long ago, which matches both.
struct Arrived {
  enum class When : std::uint8_t { before, since };
  When when;
  std::int64_t age;  ///< seconds

  static constexpr auto names = std::to_array({KeyName::older, KeyName::younger});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

/// A key that finds the messages that came to an age in the last `seconds` at which `key` begins or ceases to match
/// them. Nothing when it names no age.
std::optional<Key> came_of_age(const Key& key, std::int64_t seconds);

}  // namespace postbag::search
