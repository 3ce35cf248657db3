#include "async/workers.h"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "async/quiet_thread.h"

namespace postbag::async {

using detail::Work;

/// What the thread and the loop share. Functions posted to the loop keep it alive after the Worker.
struct Worker::Core {
  using State = Work::State;

  Core(Loop& l, bool t, std::size_t limit) : loop(l), threaded(t), queue_limit(limit) {}

  /// Runs bodies until the end of the thread.
  void serve();
  /// Resumes the coroutines whose bodies have finished. On the loop's thread.
  static void deliver(const std::shared_ptr<Core>& core);

  Loop& loop;
  const bool threaded;
  const std::size_t queue_limit;
  mutable std::mutex mutex;
  std::condition_variable work_came;
  std::condition_variable work_ended;
  std::deque<Work*> queue;
  std::deque<Work*> finished;
  bool running = false;  ///< a body runs
  bool stopping = false;
  std::function<void()> wake_loop;  // set once, before the thread starts
  std::thread thread;
};

void Worker::Core::serve() {
  std::unique_lock lock(mutex);
  for (;;) {
    work_came.wait(lock, [&] { return stopping || !queue.empty(); });
    if (stopping) return;
    Work& work = *queue.front();
    queue.pop_front();
    work.state_ = State::running;
    running = true;
    lock.unlock();
    work.execute();
    lock.lock();
    running = false;
    work.state_ = State::finished;
    finished.push_back(&work);
    work_ended.notify_all();
    if (finished.size() == 1) wake_loop();
  }
}

void Worker::Core::deliver(const std::shared_ptr<Core>& core) {
  std::unique_lock lock(core->mutex);
  // One at a time: resuming one may destroy another. Bodies that finish meanwhile wait for the loop's next round,
  // so that coroutines that always have another body do not delay sockets and timers.
  for (std::size_t due = core->finished.size(); due > 0 && !core->finished.empty(); --due) {
    Work& work = *core->finished.front();
    core->finished.pop_front();
    work.state_ = State::idle;
    lock.unlock();
    work.coroutine_.resume();
    lock.lock();
  }
  if (!core->finished.empty())
    core->wake_loop();  // they were added to a non-empty list, which does not wake the loop
}

Worker::Worker(Loop& loop, bool threaded, std::size_t queue_limit)
    : core_(std::make_shared<Core>(loop, threaded, queue_limit)) {
  if (!threaded) return;
  core_->wake_loop = [&loop, weak = std::weak_ptr(core_)] {
    loop.post([weak] {
      if (const auto core = weak.lock()) Core::deliver(core);
    });
  };
  core_->thread = quiet_thread([core = core_.get()] { core->serve(); });
}

Worker::~Worker() {
  if (!core_->threaded) return;
  {
    const std::lock_guard lock(core_->mutex);
    assert(core_->queue.empty() && core_->finished.empty());
    core_->stopping = true;
  }
  core_->work_came.notify_one();
  core_->thread.join();
}

std::size_t Worker::waiting() const {
  const std::lock_guard lock(core_->mutex);
  return core_->queue.size();
}

std::size_t Worker::load() const {
  const std::lock_guard lock(core_->mutex);
  return core_->queue.size() + (core_->running ? 1 : 0);
}

bool Worker::is_full() const { return core_->threaded && waiting() >= core_->queue_limit; }

namespace detail {

bool Work::run_inline() {
  if (worker_.core_->threaded) return false;
  execute();
  return true;
}

void Work::start(std::coroutine_handle<> coroutine) {
  coroutine_ = coroutine;
  Worker::Core& core = *worker_.core_;
  {
    const std::lock_guard lock(core.mutex);
    state_ = State::queued;
    core.queue.push_back(this);
  }
  core.work_came.notify_one();
}

void Work::settle() {
  if (!coroutine_) return;  // never started
  Worker::Core& core = *worker_.core_;
  std::unique_lock lock(core.mutex);
  core.work_ended.wait(lock, [&] { return state_ != State::running; });
  if (state_ == State::queued) std::erase(core.queue, this);
  if (state_ == State::finished) std::erase(core.finished, this);
}

}  // namespace detail

Workers::Workers(Loop& loop, std::size_t threads, std::size_t queue_limit) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
    workers_.push_back(std::make_unique<Worker>(loop, threads > 0, queue_limit));
}

Worker& Workers::least_busy() {
  return **std::ranges::min_element(workers_, {},
                                    [](const auto& worker) { return std::pair(worker->load(), worker->pins_); });
}

}  // namespace postbag::async
