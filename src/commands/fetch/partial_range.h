// The part of a result that a client wants: PARTIAL. RFC 9394.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace postbag {

/// "1:500" counts from the first of what was found, "-1:-500" from the last. Either end may come first.
struct PartialRange {
  bool from_last = false;
  std::uint32_t near = 1, far = 1;  ///< from 1; near <= far
  std::string written;              ///< as the client wrote it: the answer repeats it. RFC 9394 section 4

  /// The places it means in a list of `size`, as [first, second); empty when none is there.
  std::pair<std::uint64_t, std::uint64_t> places(std::uint64_t size) const;
};

/// Reads partial-range. Nothing when a number is over 32 bits.
std::optional<PartialRange> partial_range(std::string_view text);

}  // namespace postbag
