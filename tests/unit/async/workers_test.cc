#include "async/workers.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/unit/async/run.h"

using namespace postbag;
using namespace postbag::async;

namespace {

/// Holds a worker's body until the test lets it go.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reached_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool open_ = false;
};

}  // namespace

TEST_CASE("a body runs on the worker's thread and its outcome comes back to the loop's") {
  for (const bool threaded : {true, false}) {
    CAPTURE(threaded);
    Loop loop;
    Worker worker(loop, threaded, 8);
    const auto body = [&]() -> Task<void> {
      const auto here = std::this_thread::get_id();
      const auto there = co_await worker.run([&] { return std::this_thread::get_id(); });
      CHECK((there != here) == threaded);
      CHECK(std::this_thread::get_id() == here);
      const std::string text = co_await worker.run([&] { return std::string(100, 'x'); });
      CHECK(text.size() == 100);
      co_await worker.run([&] {});
      bool caught = false;
      try {
        co_await worker.run([&] { throw std::runtime_error("disk"); });
      } catch (const std::runtime_error&) {
        caught = true;
      }
      CHECK(caught);
    };
    run_to_end(loop, body());
  }
}

TEST_CASE("bodies of one worker never overlap") {
  Loop loop;
  Worker worker(loop, true, 8);
  int unguarded = 0;  // races show under TSan, lost updates in the sum
  const auto adder = [&]() -> Task<void> {
    for (int i = 0; i < 200; ++i) co_await worker.run([&] { ++unguarded; });
  };
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    for (int i = 0; i < 8; ++i) jobs.start(adder(), {});
    while (jobs.size() > 0) co_await loop.yield();
  };
  run_to_end(loop, body());
  CHECK(unguarded == 1600);
}

TEST_CASE("the least busy worker is one that runs nothing, and of those the one that the fewest stay with") {
  Loop loop;
  Workers workers(loop, 3, 8);
  Worker& first = workers.least_busy();
  const Pin one(first);
  Worker& second = workers.least_busy();
  CHECK(&second != &first);
  Gate gate;
  const auto holder = [&]() -> Task<void> { co_await second.run([&] { gate.pass(); }); };
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    jobs.start(holder(), {});
    co_await loop.yield();
    gate.wait_until_reached();  // no body waits now, but one runs
    CHECK(second.waiting() == 0);
    Worker& third = workers.least_busy();
    CHECK(&third != &first);
    CHECK(&third != &second);
    {
      const Pin two(third);
      const Pin three(third);
      CHECK(&workers.least_busy() == &first);
    }
    CHECK(&workers.least_busy() == &third);
    gate.open();
    while (jobs.size() > 0) co_await loop.yield();
  };
  run_to_end(loop, body());
}

TEST_CASE("above its queue limit a worker refuses without running") {
  Loop loop;
  Worker worker(loop, true, 1);
  Gate gate;
  const auto holder = [&]() -> Task<void> { co_await worker.run([&] { gate.pass(); }); };
  const auto waiter = [&]() -> Task<void> { co_await worker.run([&] {}); };
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    jobs.start(holder(), {});
    co_await loop.yield();
    gate.wait_until_reached();
    jobs.start(waiter(), {});
    co_await loop.yield();
    CHECK(worker.waiting() == 1);
    const Result<int> refused = co_await worker.try_run([&] { return 1; });
    CHECK(refused == std::unexpected(Error::busy));
    gate.open();
    while (jobs.size() > 0) co_await loop.yield();
    const Result<int> taken = co_await worker.try_run([&] { return 1; });
    CHECK(taken == 1);
    const Result<void> nothing = co_await worker.try_run([&] {});
    CHECK(nothing.has_value());
  };
  run_to_end(loop, body());
}

TEST_CASE("a cancelled coroutine waits for its running body and removes a waiting one from the queue") {
  Loop loop;
  Worker worker(loop, true, 8);
  Gate gate;
  bool finished = false;
  bool ran = false;
  bool went_on = false;
  const auto running = [&]() -> Task<void> {
    co_await worker.run([&] {
      gate.pass();
      finished = true;
    });
    went_on = true;
  };
  const auto waiting = [&]() -> Task<void> { co_await worker.run([&] { ran = true; }); };
  const auto body = [&]() -> Task<void> {
    auto first = std::make_unique<Job>(loop, running(), Job::Done{});
    auto second = std::make_unique<Job>(loop, waiting(), Job::Done{});
    co_await loop.yield();
    gate.wait_until_reached();
    second.reset();
    std::jthread opener([&] { gate.open(); });
    first.reset();
    CHECK(finished);
    co_await worker.run([&] {});
  };
  run_to_end(loop, body());
  CHECK_FALSE(ran);
  CHECK_FALSE(went_on);
}

TEST_CASE("owners that always have the next body ready let others use the loop in between") {
  Loop loop;
  Worker worker(loop, true, 8);
  constexpr int most_rounds = 300;
  std::atomic<int> begun = 0;
  int asked = 0;
  int rounds = 0;
  bool others_ran = false;
  const auto busy = [&]() -> Task<void> {
    while (!others_ran && rounds < most_rounds) {
      ++asked;
      co_await worker.run([&] { ++begun; });
      ++rounds;
      // When the last body asked for has begun, the one before it has finished: there is always a next one.
      while (begun != asked) std::this_thread::yield();
      if (asked == 3) loop.post([&] { others_ran = true; });
    }
  };
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    for (int i = 0; i < 3; ++i) jobs.start(busy(), {});
    while (jobs.size() > 0) co_await loop.yield();
  };
  run_to_end(loop, body());
  CHECK(rounds < most_rounds);
}
