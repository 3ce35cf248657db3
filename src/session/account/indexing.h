// Keeps an account's search index up in the background.
#pragma once

#include <functional>
#include <memory>

#include "async/job.h"
#include "async/loop.h"
#include "async/task.h"
#include "async/timers.h"

namespace postbag {

/// In small steps with as long a pause behind each, so that searches and deliveries do not wait, and a second after
/// a change at the earliest, so that those that come together are entered together. Loop thread only.
class Indexing final : private async::Timer {
 public:
  /// Enters some messages; whether there are more.
  using Step = std::function<async::Task<bool>()>;

  Indexing(async::Loop& loop, Step step) : loop_(loop), step_(std::move(step)) {}

  /// There may be something to enter.
  void soon();
  /// Whether it is at it, or soon will be: the store is better left open.
  bool is_at_work() const { return job_ || is_armed(); }

 private:
  void on_deadline() override;
  async::Task<void> run();
  void ended(bool well);

  async::Loop& loop_;
  Step step_;
  bool more_ = false;   ///< left by the last step
  bool again_ = false;  ///< soon() was called during a step
  std::unique_ptr<async::Job> job_;
};

}  // namespace postbag
