#include "async/job.h"

#include <memory>
#include <utility>

namespace postbag::async {

Job::Job(Loop& loop, Task<void> task, Done done)
    : loop_(loop), done_(std::move(done)), body_(body(std::move(task))) {
  loop_.defer(*this);
}

Task<void> Job::body(Task<void> task) {
  try {
    co_await std::move(task);
  } catch (...) {
    error_ = std::current_exception();
  }
  state_ = State::ended;
  loop_.defer(*this);
}

void Job::run() {
  if (state_ == State::fresh) {
    state_ = State::running;
    body_.start();
    return;
  }
  Done done = std::move(done_);  // moved to the stack: it may destroy this object
  if (done) done(error_);
}

void Jobs::start(Task<void> task, Job::Done done) {
  const auto place = jobs_.emplace(jobs_.end());
  *place = std::make_unique<Job>(loop_, std::move(task), [this, place, done = std::move(done)](auto error) mutable {
    jobs_.erase(place);  // destroys the job; this lambda is already on the stack of Job::run
    if (done) done(error);
  });
}

}  // namespace postbag::async
