// Posts to the loop's thread, for objects that may outlive the loop.
#pragma once

#include <functional>
#include <mutex>

#include "async/loop.h"

namespace postbag::server {

/// Shared by the server and everything it gave to the host. Any thread.
class LoopPoster {
 public:
  /// Runs `what` on the loop's thread soon. False, and `what` is dropped, when no loop is attached (not yet, or no
  /// longer).
  bool post(std::move_only_function<void()> what) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return false;
    loop_->post(std::move(what));
    return true;
  }
  void attach(async::Loop& loop) {
    const std::lock_guard lock(mutex_);
    loop_ = &loop;
  }
  /// From now on post() yields false. What was posted before still runs if the loop does.
  void detach() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;
  async::Loop* loop_ = nullptr;
};

}  // namespace postbag::server
