// Numbers in as few bytes as they need: seven bits a byte, low ones first, the top bit says that more follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "storage/errors.h"

namespace postbag::storage::pages {

/// Small negative numbers become small positive ones: 0, -1, 1, -2 ... -> 0, 1, 2, 3 ...
constexpr std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}
/// a - b and a + b modulo 2^64: differences of any two dates survive the way there and back.
constexpr std::int64_t wrapping_minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapping_plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// Writes numbers and texts one after the other. They are gathered before they go into the string, which takes
/// longer for a few bytes than packing them.
class PackWriter {
 public:
  explicit PackWriter(std::size_t expected = 0) { out_.reserve(expected); }
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;

  void byte(std::uint8_t v) {
    make_room();
    *at_++ = static_cast<char>(v);
  }
  void varint(std::uint64_t v) {
    make_room();
    for (; v >= 0x80; v >>= 7) *at_++ = static_cast<char>(v | 0x80);
    *at_++ = static_cast<char>(v);
  }
  void text(std::string_view bytes) {
    flush();
    out_.append(bytes);
  }
  /// What was written. Once.
  std::string finish() {
    flush();
    return std::move(out_);
  }

 private:
  static constexpr std::ptrdiff_t longest_varint = 10;

  void make_room() {
    if (std::end(gathered_) - at_ < longest_varint) flush();
  }
  void flush() {
    out_.append(gathered_, at_);
    at_ = gathered_;
  }

  std::string out_;
  char gathered_[1024];  // NOLINT: read only as far as it is written
  char* at_ = gathered_;
};

/// Reads what PackWriter wrote; everything throws Corrupt when the bytes are not such.
class PackReader {
 public:
  explicit PackReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool at_end() const { return at_ == end_; }
  std::uint8_t byte() {
    if (at_ == end_) throw Corrupt("packed data ends too early");
    return static_cast<std::uint8_t>(*at_++);
  }
  std::uint64_t varint() {
    std::uint64_t v = byte();
    if (v < 0x80) return v;
    v &= 0x7f;
    for (unsigned shift = 7; shift < 64; shift += 7) {
      const std::uint64_t b = byte();
      v |= (b & 0x7f) << shift;
      if (b < 0x80) return v;
    }
    throw Corrupt("packed number too long");
  }
  /// A varint from `low` to `high`.
  std::uint64_t varint_in(std::uint64_t low, std::uint64_t high) {
    const auto v = varint();
    if (v < low || v > high) throw Corrupt("packed number out of range");
    return v;
  }
  std::string_view text(std::size_t length) {
    if (length > static_cast<std::size_t>(end_ - at_)) throw Corrupt("packed text ends too early");
    const std::string_view out(at_, length);
    at_ += length;
    return out;
  }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace postbag::storage::pages
