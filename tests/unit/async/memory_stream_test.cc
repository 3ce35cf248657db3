#include "async/net/memory_stream.h"

#include <doctest/doctest.h>

#include "tests/unit/async/run.h"

using namespace postbag::async;
using namespace std::chrono_literals;

namespace {

/// Sends back what comes until the end, then closes.
Task<void> echo(Stream& stream) {
  Signal signal(stream.loop());
  stream.notify(&signal);
  for (;;) {
    while (stream.input().empty() && !stream.ended()) co_await signal.wait();
    if (stream.input().empty()) break;
    const std::string bytes(stream.input());
    stream.consume(bytes.size());
    CHECK(co_await stream.write(bytes, 1s));
  }
  stream.notify(nullptr);
  stream.close();
}

}  // namespace

TEST_CASE("a host talks to a coroutine, and gets the last bytes before the end") {
  Loop loop;
  std::string got;
  bool closed = false;
  const auto body = [&]() -> Task<void> {
    const std::string big(300'000, 'x');  // more than the stream accepts at once
    {
      MemoryStream stream(loop, [&](std::string_view bytes) { got += bytes; }, [&] { closed = true; });
      stream.send("hello ");
      stream.send(big);
      stream.hang_up();
      co_await echo(stream);
    }
    while (!closed) co_await loop.yield();
    CHECK(got == "hello " + big);
  };
  run_to_end(loop, body());
}

TEST_CASE("after close a write fails and nothing more arrives") {
  Loop loop;
  const auto body = [&]() -> Task<void> {
    MemoryStream stream(loop, [](std::string_view) { FAIL("written"); }, [] {});
    stream.close();
    stream.send("late");
    CHECK(stream.ended());
    CHECK(stream.input().empty());
    CHECK_FALSE(co_await stream.write("x", 1s));
    co_await loop.yield();
  };
  run_to_end(loop, body());
}
