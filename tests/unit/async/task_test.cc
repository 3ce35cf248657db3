#include "async/task.h"

#include <memory>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "tests/unit/async/run.h"

using namespace postbag::async;

namespace {

/// Counts its instances, so that a value that is destroyed twice or never is noticed.
struct Counted {
  explicit Counted(int& alive) : alive_(&alive) { ++*alive_; }
  Counted(Counted&& other) noexcept : alive_(other.alive_) { ++*alive_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*alive_; }
  int* alive_;
};

Task<int> number(int n) { co_return n; }
Task<std::unique_ptr<int>> owned(int n) { co_return std::make_unique<int>(n); }
Task<int> failing() {
  throw std::runtime_error("broken");
  co_return 0;
}
Task<int> later(Loop& loop, int n) {
  co_await loop.yield();
  co_return n;
}
Task<int> deep(Loop& loop, int depth) {
  if (depth == 0) co_return co_await later(loop, 0);
  co_return 1 + co_await deep(loop, depth - 1);
}
Task<Counted> counted(int& alive) { co_return Counted(alive); }
Task<int> size_of(std::string text) { co_return static_cast<int>(text.size()); }

}  // namespace

TEST_CASE("a task does nothing until it is awaited") {
  bool ran = false;
  const auto body = [&]() -> Task<void> {
    ran = true;
    co_return;
  };
  {
    const Task<void> task = body();
  }
  CHECK_FALSE(ran);
}

TEST_CASE("a task yields values, also move-only ones, and throws") {
  Loop loop;
  int sum = 0;
  std::string error;
  const auto body = [&]() -> Task<void> {
    sum += co_await number(1);
    sum += *co_await owned(2);
    sum += co_await later(loop, 4);
    sum += co_await size_of(std::string(100, 'x'));
    try {
      co_await failing();
    } catch (const std::runtime_error& e) {
      error = e.what();
    }
  };
  run_to_end(loop, body());
  CHECK(sum == 107);
  CHECK(error == "broken");
}

TEST_CASE("an uncaught exception reaches the job's owner") {
  Loop loop;
  const auto body = [&]() -> Task<void> { co_await failing(); };
  CHECK_THROWS_WITH_AS(run_to_end(loop, body()), "broken", std::runtime_error);
}

TEST_CASE("a long loop of tasks needs no stack, whether they wait or not") {
  Loop loop;
  int sum = 0;
  const auto body = [&]() -> Task<void> {
    for (int i = 0; i < 200'000; ++i) sum += co_await number(1);
    for (int i = 0; i < 20'000; ++i) sum += co_await later(loop, 1);
  };
  run_to_end(loop, body());
  CHECK(sum == 220'000);
}

TEST_CASE("a chain of waiting tasks unwinds") {
  Loop loop;
  int depth = 0;
  const auto body = [&]() -> Task<void> { depth = co_await deep(loop, 500); };
  run_to_end(loop, body());
  CHECK(depth == 500);
}

TEST_CASE("values are destroyed once") {
  Loop loop;
  int alive = 0;
  const auto body = [&]() -> Task<void> {
    const Counted kept = co_await counted(alive);
    co_await counted(alive);
    CHECK(alive == 1);
  };
  run_to_end(loop, body());
  CHECK(alive == 0);
}
