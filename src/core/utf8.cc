#include "core/utf8.h"

namespace postbag {

namespace {

/// The length that a first byte announces, 0 if it is invalid, and the smallest code point of that length.
struct Lead {
  std::size_t length;
  char32_t bits;
  char32_t smallest;
};

Lead lead(unsigned char c) {
  if (c < 0x80) return {1, c, 0};
  if (c >= 0xc2 && c < 0xe0) return {2, c & 0x1fU, 0x80};
  if (c >= 0xe0 && c < 0xf0) return {3, c & 0x0fU, 0x800};
  if (c >= 0xf0 && c < 0xf5) return {4, c & 0x07U, 0x10000};
  return {0, 0, 0};
}

}  // namespace

bool take_code_point(std::string_view& text, char32_t& out) {
  if (text.empty()) return false;
  const Lead first = lead(static_cast<unsigned char>(text[0]));
  if (first.length == 0 || text.size() < first.length) return false;
  char32_t value = first.bits;
  for (std::size_t i = 1; i < first.length; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xc0U) != 0x80U) return false;
    value = value << 6 | (c & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < first.smallest || value > 0x10ffff || surrogate) return false;
  out = value;
  text.remove_prefix(first.length);
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0U | c >> 6);
    put(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    put(0xe0U | c >> 12);
    put(0x80U | (c >> 6 & 0x3fU));
    put(0x80U | (c & 0x3fU));
  } else {
    put(0xf0U | c >> 18);
    put(0x80U | (c >> 12 & 0x3fU));
    put(0x80U | (c >> 6 & 0x3fU));
    put(0x80U | (c & 0x3fU));
  }
}

bool is_utf8(std::string_view text) {
  char32_t ignored = 0;
  while (!text.empty())
    if (!take_code_point(text, ignored)) return false;
  return true;
}

}  // namespace postbag
