// Decimal digits as a number.
#pragma once

#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

namespace postbag {

/// The number that `digits` are, leading zeros included. Nothing for an empty text, any other byte, a sign among
/// them, and a number above `most`.
template <std::unsigned_integral T>
std::optional<T> number_in(std::string_view digits, T most = std::numeric_limits<T>::max()) {
  T value = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, value);
  if (error != std::errc() || end != last || value > most) return std::nullopt;
  return value;
}

}  // namespace postbag
