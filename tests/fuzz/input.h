// What the fuzz targets share: taking the fuzzer's bytes apart, and failing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace postbag::fuzz {

/// Ends the program, so that the fuzzer keeps the input, unless `holds`.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// Takes choices off the front of the fuzzer's bytes; zeros after the last.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  /// Two bytes.
  std::size_t number() {
    const std::size_t high = byte();
    return high * 256 + byte();
  }
  std::string_view bytes(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// Cuts a text into pieces whose sizes only `seed` decides: single bytes, short runs, long ones.
class Pieces {
 public:
  Pieces(std::string_view text, std::uint8_t seed) : rest_(text), state_(seed * 2654435761U + 1) {}

  bool more() const { return !rest_.empty(); }
  std::string_view next() {
    state_ = state_ * 1664525U + 1013904223U;
    const std::size_t most = std::size_t{1} << (state_ >> 28);  // up to 1, 2, 4 … 32 768
    const std::size_t size = 1 + (state_ >> 8) % most;
    const std::string_view piece = rest_.substr(0, size);
    rest_.remove_prefix(piece.size());
    return piece;
  }

 private:
  std::string_view rest_;
  std::uint32_t state_;
};

}  // namespace postbag::fuzz
