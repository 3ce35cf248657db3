#include "commands/fetch/partial_range.h"

#include <algorithm>
#include <limits>

#include "protocol/parse/values.h"

namespace postbag {

std::pair<std::uint64_t, std::uint64_t> PartialRange::places(std::uint64_t size) const {
  const std::uint64_t before = std::min<std::uint64_t>(near - 1, size);
  const std::uint64_t upto = std::min<std::uint64_t>(far, size);
  if (from_last) return {size - upto, size - before};
  return {before, upto};
}

std::optional<PartialRange> partial_range(std::string_view text) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  const auto colon = text.find(':');
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  const auto one = protocol::number_value(text.substr(sign, colon - sign), most);
  const auto other = protocol::number_value(text.substr(colon + 1 + sign), most);
  if (!one || !other) return std::nullopt;
  const auto [near, far] = std::minmax({static_cast<std::uint32_t>(*one), static_cast<std::uint32_t>(*other)});
  return PartialRange{.from_last = sign == 1, .near = near, .far = far, .written = std::string(text)};
}

}  // namespace postbag
