// LARGER and SMALLER. RFC 9051 section 6.4.4.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "search/keys/kind.h"

namespace postbag::search {

struct SizeIs {
  enum class Than : std::uint8_t { larger, smaller };
  Than than;
  std::uint64_t bytes;

  static constexpr auto names = std::to_array({KeyName::larger, KeyName::smaller});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

}  // namespace postbag::search
