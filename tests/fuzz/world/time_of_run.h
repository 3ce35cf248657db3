// The only time there is for the session target: it stands still but for a millisecond with each look, so that an
// input always does the same, and slices of long work end.
#pragma once

#include <chrono>

#include "core/clock.h"

namespace postbag::fuzz {

class Time {
 public:
  using Point = std::chrono::steady_clock::time_point;

  /// Every input begins at the same time.
  void begin_again() { now_ = Point(std::chrono::hours{1}); }
  void move(std::chrono::seconds by) { now_ += by; }
  Point now() const { return now_; }
  Point look() { return now_ += std::chrono::milliseconds{1}; }

 private:
  Point now_{std::chrono::hours{1}};
};

/// What std::chrono::steady_clock is replaced with.
inline Time& time_of_run() {
  static Time time;
  return time;
}

/// The time of day that goes with it.
class DayClock final : public Clock {
 public:
  DateTime now() const override {
    const auto since = time_of_run().now().time_since_epoch();
    return {.seconds = 1'800'000'000 + std::chrono::duration_cast<std::chrono::seconds>(since).count(),
            .zone_minutes = 0};
  }
};

}  // namespace postbag::fuzz
