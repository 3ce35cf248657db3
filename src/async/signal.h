// Signal: how one coroutine waits for an event. A session waits on one Signal for input, changes of the store and
// shutdown, and then checks which of them happened.
#pragma once

#include <coroutine>
#include <utility>

#include "async/deadline.h"
#include "async/loop.h"

namespace postbag::async {

/// An event that remembers one set(): a set() before wait() is not lost; two are the same as one. One waiter at a
/// time. Loop thread only (from other threads: loop.post). Must outlive its waiter.
class Signal final : private Timer, private Ready {
 public:
  explicit Signal(Loop& loop) : loop_(loop) {}

  /// Wakes the waiter, or the next one to wait, soon (never during this call). Must not throw; allocates nothing.
  void set();
  bool is_set() const { return set_; }
  /// Discards a set() that nobody has waited for yet.
  void clear() { set_ = false; }

  class Wait;
  /// `bool came = co_await signal.wait(deadline)`: true when the signal was set, at once if it is already, and
  /// clears it; false when the deadline passed first. A deadline in the past still checks the signal.
  Wait wait(Deadline deadline = never);

 private:
  void on_deadline() override { loop_.defer(*this); }
  void run() override;
  void start(std::coroutine_handle<> coroutine, Deadline deadline);
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
  void await_suspend(std::coroutine_handle<> coroutine) {
    waiting_ = true;
    signal_.start(coroutine, deadline_);
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
