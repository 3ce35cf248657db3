// Sees to it that an account's store is kept up: soon after changes, and when its garbage comes due.
#pragma once

#include <functional>
#include <memory>

#include "async/job.h"
#include "async/loop.h"
#include "async/task.h"
#include "async/timers.h"
#include "storage/store.h"

namespace postbag {

/// In slices with a pause after each, whether or not writes wait. Loop thread only.
class Upkeep final : private async::Timer {
 public:
  /// One slice. What it throws is tried again a minute later.
  using Step = std::function<async::Task<storage::Maintenance>()>;

  Upkeep(async::Loop& loop, Step step) : loop_(loop), step_(std::move(step)) {}

  /// Something changed, or the store was opened.
  void soon();
  /// Nothing is begun any more. Whether something would have been soon.
  bool stop();
  /// True while it works, or soon will: the store is better left open.
  bool is_at_work() const { return job_ || (is_armed() && !waits_long_); }

 private:
  void on_deadline() override;
  async::Task<void> run();
  void ended(bool well);
  void arm(async::Deadline at, bool waits_long);

  async::Loop& loop_;
  Step step_;
  storage::Maintenance left_;  ///< by the last step
  bool again_ = false;         ///< soon() was called during a step
  bool waits_long_ = false;    ///< until garbage comes due: the store may rest meanwhile
  bool stopped_ = false;
  std::unique_ptr<async::Job> job_;
};

}  // namespace postbag
