// The event loop: one thread on which all sessions run. The only door to libuv is this directory.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <span>

#include "async/ready.h"
#include "async/timers.h"

struct uv_loop_s;

namespace postbag::async {

/// Wraps a libuv loop: its own, or the host's. All methods on the loop's thread but where it says otherwise.
class Loop {
 public:
  /// An own loop, for run(). Both throw std::system_error when descriptors ran out.
  Loop();
  /// In the host's loop, which must outlive this object and be run by the host. Does not run() anything itself.
  /// Keeps the host's loop alive until destroyed; the host then runs it once more (uv_run) so that handles close.
  explicit Loop(uv_loop_s& host);
  /// Whatever lives on the loop (streams, jobs, workers) must be gone by now. What was posted and not run is
  /// dropped. May be called by what was posted.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop(). Only for an own loop.
  void run();
  /// Makes run() return soon. Any thread.
  void stop();
  /// Runs `what` on the loop's thread soon, in the order of posting. Any thread. `what` must not throw.
  void post(std::move_only_function<void()> what);

  /// Runs `item` soon, from the top of the loop's stack, never inside this call. Nothing when it waits already.
  void defer(Ready& item);
  Timers& timers();
  /// Room for one read, shared by all connections of the loop; its content dies with the next read.
  std::span<char> read_buffer();
  uv_loop_s* uv();
  /// Whether something that the loop runs is below us on the stack: then this object, and what lives on it, must
  /// not be destroyed now but by what is posted.
  bool is_inside() const;

  class Yield;
  /// `co_await loop.yield()`: lets all others that are ready run first. For slices of long work.
  Yield yield();

 private:
  struct Core;
  Core* core_;  // freed by the last close callback of its handles
};

class [[nodiscard]] Loop::Yield final : private Ready {
 public:
  explicit Yield(Loop& loop) : loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> who) {
    who_ = who;
    loop_.defer(*this);
  }
  void await_resume() const noexcept {}

 private:
  void run() override { who_.resume(); }
  Loop& loop_;
  std::coroutine_handle<> who_;
};

inline Loop::Yield Loop::yield() { return Yield(*this); }

}  // namespace postbag::async
