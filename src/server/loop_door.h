// A way to the loop's thread for those who may outlive the loop.
#pragma once

#include <functional>
#include <mutex>

#include "async/loop.h"

namespace postbag::server {

/// Shared by the server and all it handed out. Any thread.
class LoopDoor {
 public:
  /// Runs `what` on the loop's thread soon. False, and `what` dropped, when the loop is not there (yet, any more).
  bool post(std::move_only_function<void()> what) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return false;
    loop_->post(std::move(what));
    return true;
  }
  void open(async::Loop& loop) {
    const std::lock_guard lock(mutex_);
    loop_ = &loop;
  }
  /// From now on post() yields false. What was posted still runs, if the loop does.
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;
  async::Loop* loop_ = nullptr;
};

}  // namespace postbag::server
