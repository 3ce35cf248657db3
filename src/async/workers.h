// Worker threads for work that would make the loop wait: disk access and password hashes. libuv's pool is not used
// because the whole process shares it.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "async/loop.h"
#include "core/result.h"

namespace postbag::async {

class Worker;

namespace detail {

/// One body to run on a worker; part of the awaiting coroutine's frame.
class Work {
 public:
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

 protected:
  explicit Work(Worker& worker) : worker_(worker) {}
  ~Work() = default;
  /// For destructors: removes a body that did not start from the queue, and waits for one that runs, because it
  /// uses the frame that is being destroyed.
  void settle();
  /// Runs the body in the caller when the worker has no thread: then true.
  bool run_inline();
  void start(std::coroutine_handle<> coroutine);

 private:
  friend class postbag::async::Worker;
  enum class State : std::uint8_t { idle, queued, running, finished };
  /// Calls the body and keeps its value or exception. On the worker's thread.
  virtual void execute() noexcept = 0;

  Worker& worker_;
  std::coroutine_handle<> coroutine_;
  State state_ = State::idle;  // under the worker's mutex once started
};

}  // namespace detail

/// One thread that runs bodies one after another, in order. Without a thread, bodies run at once in the caller.
class Worker {
 public:
  /// With `threaded` false there is no thread. At most `queue_limit` bodies wait for try_run().
  Worker(Loop& loop, bool threaded, std::size_t queue_limit);
  /// Nobody may be awaiting it. Ends the thread.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  template <class Body>
  class Run;
  /// `T value = co_await worker.run([&] { ... });` runs the body on the thread and continues on the loop with its
  /// value or exception. The body must be trivially destructible ([&] captures): g++ 12.2 destroys others twice. A
  /// coroutine that is destroyed meanwhile waits for its running body, so bodies are short. Loop thread only.
  template <class Body>
  Run<Body> run(Body body) {
    return Run<Body>(*this, body);
  }

  template <class Body>
  class TryRun;
  /// Like run(), but yields Result<T>: Error::busy, without running the body, when `queue_limit` bodies wait
  /// already.
  template <class Body>
  TryRun<Body> try_run(Body body) {
    return TryRun<Body>(*this, body);
  }

  /// The number of waiting bodies, without the running one. Any thread.
  std::size_t waiting() const;
  /// The number of waiting and running bodies. Any thread.
  std::size_t load() const;
  /// True when try_run() would refuse. Any thread.
  bool is_full() const;

 private:
  friend class detail::Work;
  friend class Pin;
  friend class Workers;
  struct Core;
  std::shared_ptr<Core> core_;
  std::size_t pins_ = 0;
};

/// Counts one user of a worker as long as it lives. Loop thread only.
class Pin {
 public:
  explicit Pin(Worker& worker) : worker_(worker) { ++worker_.pins_; }
  ~Pin() { --worker_.pins_; }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  Worker& worker() const { return worker_; }

 private:
  Worker& worker_;
};

/// A fixed number of workers. Loop thread only.
class Workers {
 public:
  /// `threads` 0: one worker without a thread.
  Workers(Loop& loop, std::size_t threads, std::size_t queue_limit);
  /// The worker with the least to do now; of several, the one with the fewest pins. For work that is not pinned,
  /// and to choose the worker of a Pin: Pin(workers.least_busy()).
  Worker& least_busy();

 private:
  std::vector<std::unique_ptr<Worker>> workers_;
};

template <class Body>
class [[nodiscard]] Worker::Run : private detail::Work {
 public:
  using Value = std::invoke_result_t<Body&>;
  static_assert(std::is_trivially_destructible_v<Body>, "capture by reference: [&]");

  Run(Worker& worker, Body body) : Work(worker), body_(body) {}
  ~Run() { settle(); }
  bool await_ready() { return run_inline(); }
  void await_suspend(std::coroutine_handle<> coroutine) { start(coroutine); }
  Value await_resume() {
    if (error_) std::rethrow_exception(error_);
    if constexpr (!std::is_void_v<Value>) return std::move(*value_);
  }

 private:
  struct Nothing {};
  void execute() noexcept override {
    try {
      if constexpr (std::is_void_v<Value>)
        body_();
      else
        value_.emplace(body_());
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  Body body_;
  std::exception_ptr error_;
  std::conditional_t<std::is_void_v<Value>, Nothing, std::optional<Value>> value_;
};

template <class Body>
class [[nodiscard]] Worker::TryRun {
 public:
  using Value = typename Run<Body>::Value;

  TryRun(Worker& worker, Body body) : worker_(worker), run_(worker, body) {}
  bool await_ready() {
    refused_ = worker_.is_full();
    return refused_ || run_.await_ready();
  }
  void await_suspend(std::coroutine_handle<> coroutine) { run_.await_suspend(coroutine); }
  Result<Value> await_resume() {
    if (refused_) return std::unexpected(Error::busy);
    if constexpr (std::is_void_v<Value>) {
      run_.await_resume();
      return {};
    } else {
      return run_.await_resume();
    }
  }

 private:
  Worker& worker_;
  Run<Body> run_;
  bool refused_ = false;
};

}  // namespace postbag::async
