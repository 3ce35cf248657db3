// Job: a Task<void> that nobody awaits. Its owner may cancel it and is notified of its end.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <list>

#include "async/loop.h"
#include "async/task.h"

namespace postbag::async {

/// A running task. Destroying the Job cancels the task. Loop thread only.
class Job final : private Ready {
 public:
  /// Called once when the task has ended, with its exception or null. Runs from the top of the loop's stack: it
  /// may destroy the Job, its captures and everything the task used. Must not throw. Not called after a
  /// cancellation.
  using Done = std::move_only_function<void(std::exception_ptr)>;

  /// The task starts soon, never during this call.
  Job(Loop& loop, Task<void> task, Done done);

 private:
  enum class State { fresh, running, ended };
  Task<void> body(Task<void> task);
  void run() override;

  Loop& loop_;
  Done done_;
  std::exception_ptr error_;
  State state_ = State::fresh;
  Task<void> body_;
};

/// Owns any number of jobs and drops each when it has ended. The destructor cancels the rest.
class Jobs {
 public:
  explicit Jobs(Loop& loop) : loop_(loop) {}
  /// `done` as for Job; the job is destroyed after it. `done` must not destroy this object.
  void start(Task<void> task, Job::Done done);
  std::size_t size() const { return jobs_.size(); }

 private:
  Loop& loop_;
  std::list<std::unique_ptr<Job>> jobs_;
};

}  // namespace postbag::async
