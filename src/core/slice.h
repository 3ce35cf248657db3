// Long work on an account's worker is cut into slices, so that other sessions get their turn between them.
#pragma once

#include <chrono>

namespace postbag {

/// How long one slice may hold the worker.
inline constexpr std::chrono::milliseconds slice_time{20};

/// When a slice has to end.
using SliceEnd = std::chrono::steady_clock::time_point;

/// The end of a slice that begins now.
inline SliceEnd slice_end() { return std::chrono::steady_clock::now() + slice_time; }
inline bool is_over(SliceEnd end) { return std::chrono::steady_clock::now() >= end; }
/// What is left of the slice; 0 when it is over.
inline std::chrono::milliseconds time_left(SliceEnd end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  return left.count() > 0 ? left : std::chrono::milliseconds{0};
}

}  // namespace postbag
