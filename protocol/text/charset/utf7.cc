#include "protocol/text/charset/utf7.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/utf8.h"

namespace postbag::protocol {

namespace {

/// Base64 with ',' for '/' and without padding. RFC 3501 section 5.1.3.
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

bool is_direct(char c) { return c >= 0x20 && c <= 0x7e; }

/// Reads UTF-16 units from the inside of a shift. False on a character outside the alphabet.
bool decode_shift(std::string_view shifted, std::u16string& units) {
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : shifted) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 16) continue;
    count -= 16;
    units.push_back(static_cast<char16_t>(bits >> count & 0xffffU));
  }
  return true;
}

/// False on a surrogate without its partner.
bool append_utf16(std::u16string_view units, std::string& out) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t point = units[i];
    if (point >= 0xdc00 && point <= 0xdfff) return false;
    if (point >= 0xd800 && point <= 0xdbff) {
      ++i;
      if (i == units.size() || units[i] < 0xdc00 || units[i] > 0xdfff) return false;
      point = 0x10000 + ((point - 0xd800) << 10) + (units[i] - 0xdc00U);
    }
    append_utf8(out, point);
  }
  return true;
}

void append_units(char32_t point, std::u16string& units) {
  if (point < 0x10000) {
    units.push_back(static_cast<char16_t>(point));
    return;
  }
  point -= 0x10000;
  units.push_back(static_cast<char16_t>(0xd800 + (point >> 10)));
  units.push_back(static_cast<char16_t>(0xdc00 + (point & 0x3ffU)));
}

void append_shift(const std::u16string& units, std::string& out) {
  std::uint32_t bits = 0;
  int count = 0;
  out.push_back('&');
  for (const char16_t unit : units) {
    bits = bits << 16 | unit;
    for (count += 16; count >= 6; count -= 6) out.push_back(alphabet[bits >> (count - 6) & 63U]);
  }
  if (count > 0) out.push_back(alphabet[bits << (6 - count) & 63U]);
  out.push_back('-');
}

/// Decodes shifts without checking that they are canonical.
std::optional<std::string> decode(std::string_view utf7) {
  std::string out;
  while (!utf7.empty()) {
    const auto amp = std::min(utf7.find('&'), utf7.size());
    out.append(utf7.substr(0, amp));
    utf7.remove_prefix(amp);
    if (utf7.empty()) break;
    const auto end = utf7.find('-');
    if (end == std::string_view::npos) return std::nullopt;
    std::u16string units;
    if (end == 1) out.push_back('&');
    if (!decode_shift(utf7.substr(1, end - 1), units) || !append_utf16(units, out)) return std::nullopt;
    utf7.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

std::optional<std::string> utf8_from_utf7(std::string_view utf7) {
  std::optional<std::string> utf8 = decode(utf7);
  // There is one canonical form: anything that breaks a rule of section 5.1.3 differs after encoding again.
  if (utf8 && (!is_utf8(*utf8) || utf7_from_utf8(*utf8) != utf7)) return std::nullopt;
  return utf8;
}

std::string utf7_from_utf8(std::string_view utf8) {
  std::string out;
  std::u16string units;
  char32_t point = 0;
  while (take_code_point(utf8, point)) {
    const bool direct = point < 0x80 && is_direct(static_cast<char>(point));
    if (!direct) {
      append_units(point, units);
      continue;
    }
    if (!units.empty()) append_shift(units, out);
    units.clear();
    out.push_back(static_cast<char>(point));
    if (point == '&') out.push_back('-');
  }
  if (!units.empty()) append_shift(units, out);
  return out;
}

}  // namespace postbag::protocol
