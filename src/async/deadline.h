// Points in time to wait for, on the clock that never jumps.
#pragma once

#include <chrono>

namespace postbag::async {

using Deadline = std::chrono::steady_clock::time_point;

/// A deadline that is never reached.
inline constexpr Deadline never = Deadline::max();

/// `duration` from now.
template <class Rep, class Period>
Deadline in(std::chrono::duration<Rep, Period> duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<Deadline::duration>(duration);
}

}  // namespace postbag::async
