// All deadlines of one loop in one heap. Thousands of sessions each have several, and arming one allocates
// nothing.
#pragma once

#include <cstddef>
#include <vector>

#include "async/deadline.h"

namespace postbag::async {

class Timers;

/// A deadline with an action. Loop thread only.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  bool is_armed() const { return heap_ != nullptr; }
  /// It will not fire. Does nothing when it is not armed. O(log timers).
  void disarm();

 protected:
  ~Timer() { disarm(); }

 private:
  friend class Timers;
  /// The deadline has passed. The timer is disarmed now and may be armed again, or destroyed. Must not throw.
  virtual void on_deadline() = 0;

  Deadline at_{};
  Timers* heap_ = nullptr;
  std::size_t index_ = 0;
};

/// A binary heap of timers, earliest first. Does not own them and reads no clock.
class Timers {
 public:
  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers();

  /// Arms `timer` or changes its deadline; `never` disarms it. O(log timers).
  void arm(Timer& timer, Deadline at);
  /// The earliest deadline; `never` when none is armed.
  Deadline earliest() const;
  /// Fires all timers that are due at `now`, earliest first. Timers armed meanwhile wait for the next call.
  void fire_due(Deadline now);

 private:
  friend class Timer;
  void take_out(Timer& timer);
  void sift_up(std::size_t index);
  void sift_down(std::size_t index);
  void put(std::size_t index, Timer* timer);

  std::vector<Timer*> heap_;
};

}  // namespace postbag::async
