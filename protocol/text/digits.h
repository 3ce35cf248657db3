// Digits of the encodings used in mail.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/ascii.h"

namespace postbag::protocol {

/// The value of a hexadecimal digit in any case; -1 for anything else.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = ascii_lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// RFC 2045 section 6.8.
inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The values of its 64 characters by byte; -1 for all others, also "=".
inline constexpr auto base64_digits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < base64_alphabet.size(); ++i)
    digits[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::int8_t>(i);
  return digits;
}();

constexpr int base64_digit(char c) { return base64_digits[static_cast<unsigned char>(c)]; }

}  // namespace postbag::protocol
