#include "async/signal.h"

#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/async/run.h"

using namespace postbag::async;
using namespace std::chrono_literals;

TEST_CASE("set before wait is not lost, and counts once") {
  Loop loop;
  Signal signal(loop);
  std::vector<bool> came;
  const auto body = [&]() -> Task<void> {
    signal.set();
    signal.set();
    came.push_back(co_await signal.wait());
    came.push_back(co_await signal.wait(in(1ms)));
  };
  run_to_end(loop, body());
  CHECK(came == std::vector{true, false});
}

TEST_CASE("a deadline in the past still asks the signal") {
  Loop loop;
  Signal signal(loop);
  std::vector<bool> came;
  const auto body = [&]() -> Task<void> {
    came.push_back(co_await signal.wait(in(-1s)));
    signal.set();
    came.push_back(co_await signal.wait(in(-1s)));
  };
  run_to_end(loop, body());
  CHECK(came == std::vector{false, true});
}

TEST_CASE("set wakes the waiter later, not inside the call") {
  Loop loop;
  Signal signal(loop);
  std::vector<int> order;
  const auto waiter = [&]() -> Task<void> {
    co_await signal.wait();
    order.push_back(2);
  };
  const auto setter = [&]() -> Task<void> {
    signal.set();
    order.push_back(1);
    co_await loop.yield();
    co_await loop.yield();
    order.push_back(3);
  };
  Jobs jobs(loop);
  jobs.start(waiter(), {});
  run_to_end(loop, setter());
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE("a destroyed waiter is forgotten, whether it waits or is about to be woken") {
  Loop loop;
  Signal signal(loop);
  bool woken = false;
  const auto waiter = [&]() -> Task<void> {
    co_await signal.wait(in(1h));
    woken = true;
  };
  const auto body = [&]() -> Task<void> {
    for (const bool set : {false, true}) {
      auto job = std::make_unique<Job>(loop, waiter(), Job::Done{});
      co_await loop.yield();
      if (set) signal.set();
      job.reset();
      co_await loop.yield();
    }
    CHECK(signal.is_set());
    CHECK(co_await signal.wait());  // free for the next waiter
    CHECK_FALSE(co_await signal.wait(in(0ms)));
  };
  run_to_end(loop, body());
  CHECK_FALSE(woken);
}

TEST_CASE("a thousand deadlines on one loop all come") {
  Loop loop;
  int timed_out = 0;
  const auto sleeper = [&](int ms) -> Task<void> {
    Signal signal(loop);
    if (!co_await signal.wait(in(std::chrono::milliseconds(ms)))) ++timed_out;
  };
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    for (int i = 0; i < 1000; ++i) jobs.start(sleeper(i % 7), {});
    while (jobs.size() > 0) co_await loop.yield();
  };
  run_to_end(loop, body());
  CHECK(timed_out == 1000);
}
