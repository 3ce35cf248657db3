#include "async/job.h"

#include <memory>
#include <stdexcept>

#include <doctest/doctest.h>

#include "async/signal.h"
#include "tests/unit/async/run.h"

using namespace postbag::async;

TEST_CASE("a job starts and ends from the top of the loop, and its end may destroy it") {
  Loop loop;
  bool ran = false;
  std::unique_ptr<Job> job;
  const auto body = [&]() -> Task<void> {
    ran = true;
    co_return;
  };
  job = std::make_unique<Job>(loop, body(), [&](std::exception_ptr error) {
    CHECK_FALSE(error);
    job.reset();
    loop.stop();
  });
  CHECK_FALSE(ran);
  loop.run();
  CHECK(ran);
  CHECK_FALSE(job);
}

TEST_CASE("destroying a job destroys what its task holds, inner frames first, and calls nobody") {
  Loop loop;
  Signal signal(loop);
  std::vector<int> gone;
  struct Leaves {
    std::vector<int>& gone;
    int id;
    ~Leaves() { gone.push_back(id); }
  };
  const auto inner = [&]() -> Task<void> {
    const Leaves here{gone, 1};
    co_await signal.wait();
  };
  const auto outer = [&]() -> Task<void> {
    const Leaves here{gone, 2};
    co_await inner();
  };
  bool told = false;
  auto job = std::make_unique<Job>(loop, outer(), [&](std::exception_ptr) { told = true; });
  const auto body = [&]() -> Task<void> {
    co_await loop.yield();
    job.reset();
    co_await loop.yield();
  };
  run_to_end(loop, body());
  CHECK(gone == std::vector{1, 2});
  CHECK_FALSE(told);
}

TEST_CASE("jobs are forgotten as they end, and cancelled with their owner") {
  Loop loop;
  Signal signal(loop);
  int ended = 0;
  int failed = 0;
  const auto done = [&](std::exception_ptr error) { ++(error ? failed : ended); };
  const auto quick = [&]() -> Task<void> { co_await loop.yield(); };
  const auto broken = [&]() -> Task<void> {
    co_await loop.yield();
    throw std::runtime_error("x");
  };
  const auto stuck = [&]() -> Task<void> { co_await signal.wait(); };
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    jobs.start(quick(), done);
    jobs.start(broken(), done);
    jobs.start(stuck(), done);
    while (jobs.size() > 1) co_await loop.yield();
  };
  run_to_end(loop, body());
  CHECK(ended == 1);
  CHECK(failed == 1);
}
