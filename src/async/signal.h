// Signal: how one coroutine waits for "something happened". A session waits on one Signal for input, changes of the
// store and shutdown alike, and then looks what it was.
#pragma once

#include <coroutine>
#include <utility>

#include "async/deadline.h"
#include "async/loop.h"

namespace postbag::async {

/// An event with a memory of one: set() before wait() is not lost; set() twice is the same as once.
/// One waiter at a time. Loop thread only (from elsewhere: loop.post). Must outlive whoever waits on it.
class Signal final : private Timer, private Ready {
 public:
  explicit Signal(Loop& loop) : loop_(loop) {}

  /// Wakes the waiter soon (never inside this call), or the next one to wait. Must not throw; allocates nothing.
  void set();
  bool is_set() const { return set_; }
  /// Forgets a set() nobody has waited for yet.
  void clear() { set_ = false; }

  class Wait;
  /// `bool came = co_await signal.wait(deadline)`: true and clears the signal when it was set, at once if it is
  /// already; false when the deadline passed first. A deadline in the past still asks the signal.
  Wait wait(Deadline deadline = never);

 private:
  void on_deadline() override { loop_.defer(*this); }
  void run() override;
  void start(std::coroutine_handle<> who, Deadline deadline);
  void forget_waiter();

  Loop& loop_;
  std::coroutine_handle<> waiter_;
  bool set_ = false;
};

class [[nodiscard]] Signal::Wait {
 public:
  Wait(Signal& signal, Deadline deadline) : signal_(signal), deadline_(deadline) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    if (waiting_) signal_.forget_waiter();  // the coroutine was destroyed while it waited
  }
  bool await_ready() const noexcept { return signal_.set_; }
  void await_suspend(std::coroutine_handle<> who) {
    waiting_ = true;
    signal_.start(who, deadline_);
  }
  bool await_resume() noexcept {
    waiting_ = false;
    return std::exchange(signal_.set_, false);
  }

 private:
  Signal& signal_;
  Deadline deadline_;
  bool waiting_ = false;
};

inline Signal::Wait Signal::wait(Deadline deadline) { return Wait(*this, deadline); }

}  // namespace postbag::async
