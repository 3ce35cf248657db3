// The event loop: one thread on which all sessions run. Only this directory uses libuv.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <span>

#include "async/ready.h"
#include "async/timers.h"

struct uv_loop_s;

namespace postbag::async {

/// Wraps a libuv loop: its own or the host's. All methods on the loop's thread unless their comment says
/// otherwise.
class Loop {
 public:
  /// Makes a loop of its own, for run(). Both constructors throw std::system_error when no descriptors are left.
  Loop();
  /// Uses the host's loop, which must outlive this object and which the host runs. Keeps the host's loop alive
  /// until destroyed; the host then runs it once more (uv_run) so that handles close.
  explicit Loop(uv_loop_s& host);
  /// Everything that uses the loop (streams, jobs, workers) must be destroyed before. Posted functions that have
  /// not run are dropped. A posted function may call it.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop(). Only for a loop of its own.
  void run();
  /// Makes run() return soon. Any thread.
  void stop();
  /// Runs `what` on the loop's thread soon, in the order of posting. Any thread. `what` must not throw.
  void post(std::move_only_function<void()> what);

  /// Runs `item` soon, from the top of the loop's stack, never during this call. Does nothing when it is queued
  /// already.
  void defer(Ready& item);
  Timers& timers();
  /// A buffer for one read, shared by all connections of the loop; its content is valid until the next read.
  std::span<char> read_buffer();
  uv_loop_s* uv();
  /// True when something that the loop runs is on the stack below the caller. Then this object, and what uses it,
  /// must not be destroyed now, only by a posted function.
  bool is_inside() const;

  class Yield;
  /// `co_await loop.yield()`: lets everything else that is ready run first. For slices of long work.
  Yield yield();

 private:
  struct Core;
  Core* core_;  // freed by the last close callback of its handles
};

class [[nodiscard]] Loop::Yield final : private Ready {
 public:
  explicit Yield(Loop& loop) : loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    coroutine_ = coroutine;
    loop_.defer(*this);
  }
  void await_resume() const noexcept {}

 private:
  void run() override { coroutine_.resume(); }
  Loop& loop_;
  std::coroutine_handle<> coroutine_;
};

inline Loop::Yield Loop::yield() { return Yield(*this); }

}  // namespace postbag::async
