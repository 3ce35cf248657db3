#include "async/loop.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <uv.h>

#include "async/signal.h"
#include "tests/unit/async/run.h"

using namespace postbag::async;
using namespace std::chrono_literals;

TEST_CASE("posts of several threads all run, each thread's in order") {
  Loop loop;
  constexpr int each = 2000;
  std::vector<int> last(3, -1);
  int left = 3 * each;
  bool in_order = true;
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < last.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < each; ++i)
        loop.post([&, t, i] {
          in_order = in_order && std::exchange(last[t], i) == i - 1;
          if (--left == 0) loop.stop();
        });
    });
  loop.run();
  CHECK(in_order);
  CHECK(left == 0);
}

TEST_CASE("in a host's loop, beside the host's timers, nothing is left at the end") {
  uv_loop_t host;
  uv_loop_init(&host);
  uv_timer_t tick;
  int ticks = 0;
  uv_timer_init(&host, &tick);
  tick.data = &ticks;
  uv_timer_start(&tick, [](uv_timer_t* t) { ++*static_cast<int*>(t->data); }, 1, 1);
  {
    Loop loop(host);
    bool ended = false;
    const auto body = [&]() -> Task<void> {
      Signal signal(loop);
      while (ticks < 5) co_await signal.wait(in(1ms));
    };
    Job job(loop, body(), [&](std::exception_ptr) { ended = true; });
    while (!ended) uv_run(&host, UV_RUN_ONCE);
  }
  CHECK(ticks >= 5);
  uv_close(reinterpret_cast<uv_handle_t*>(&tick), nullptr);
  uv_run(&host, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&host) == 0);
}

TEST_CASE("many things that are ready at once run in their order, and let posted ones in between") {
  struct Item final : Ready {
    Item(std::vector<int>& order, int number) : order_(order), number_(number) {}
    void run() override { order_.push_back(number_); }
    std::vector<int>& order_;
    int number_;
  };
  constexpr int many = 1000;
  Loop loop;
  std::vector<int> order;
  std::vector<std::unique_ptr<Item>> items;
  for (int i = 0; i < many; ++i) items.push_back(std::make_unique<Item>(order, i));
  std::size_t run_before = many;
  loop.post([&] {
    for (const auto& item : items) loop.defer(*item);
    items[500].reset();  // it leaves the list by itself
    loop.post([&] { run_before = order.size(); });
  });
  while (order.size() < many - 1) uv_run(loop.uv(), UV_RUN_ONCE);
  CHECK(std::ranges::is_sorted(order));
  CHECK(order.size() == many - 1);
  CHECK(run_before < many / 2);
}

TEST_CASE("a loop sleeps when nothing is ready") {
  Loop loop;
  int rounds = 0;
  uv_prepare_t count;
  uv_prepare_init(loop.uv(), &count);
  count.data = &rounds;
  uv_prepare_start(&count, [](uv_prepare_t* p) { ++*static_cast<int*>(p->data); });
  const auto body = [&]() -> Task<void> {
    Signal signal(loop);
    co_await signal.wait(in(50ms));
  };
  run_to_end(loop, body());
  uv_close(reinterpret_cast<uv_handle_t*>(&count), nullptr);
  CHECK(rounds < 20);
}
