// A compressed stream in front of a client that is played with the deflater and inflater themselves.
#include "compress/stream.h"

#include <array>
#include <string>

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "async/net/memory_stream.h"
#include "tests/unit/async/run.h"

using namespace postbag;
using namespace postbag::async;
using namespace std::chrono_literals;

namespace {

/// The client's end: what it says is compressed, what it hears is decompressed.
class Client {
 public:
  explicit Client(Loop& loop) : wire_(loop, [this](std::string_view bytes) { hear(bytes); }, [] {}) {}

  void say(std::string_view text) {
    std::string bytes;
    deflater_.compress(text, bytes);
    sent_bytes += bytes.size();
    wire_.send(bytes);
  }
  void say_raw(std::string_view bytes) { wire_.send(bytes); }
  void hang_up() { wire_.hang_up(); }
  Stream& wire() { return wire_; }

  std::string heard;
  std::size_t sent_bytes = 0;
  std::size_t heard_bytes = 0;

 private:
  void hear(std::string_view bytes) {
    heard_bytes += bytes.size();
    std::array<char, 1000> buffer{};
    for (auto outcome = compress::Inflater::Outcome::progress; outcome == compress::Inflater::Outcome::progress;) {
      const auto step = inflater_.decompress(bytes, buffer);
      heard.append(buffer.data(), step.given);
      bytes.remove_prefix(step.used);
      outcome = step.outcome;
      REQUIRE(outcome != compress::Inflater::Outcome::invalid);
    }
  }
  compress::Deflater deflater_;
  compress::Inflater inflater_;
  MemoryStream wire_;
};

/// Sends back what comes until the end, then closes. Yields how much came, and the most that waited at once.
Task<void> echo(Stream& stream, std::size_t& came, std::size_t& most) {
  Signal signal(stream.loop());
  stream.notify(&signal);
  for (;;) {
    while (stream.input().empty() && !stream.ended()) co_await signal.wait();
    if (stream.input().empty()) break;
    const std::string bytes(stream.input());
    most = std::max(most, bytes.size());
    came += bytes.size();
    stream.consume(bytes.size());
    const bool sent = co_await stream.write(bytes, 1s);
    if (!sent) break;
  }
  stream.notify(nullptr);
  stream.close();
}

struct Echo {
  std::size_t came = 0;
  std::size_t most = 0;
};

/// Runs `client_says` against an echo over a compressed stream, to the end.
template <class Says>
Echo run_echo(Client& client, Loop& loop, Says client_says) {
  Echo result;
  const auto body = [&]() -> Task<void> {
    compress::Stream stream(client.wire());
    client_says();
    co_await echo(stream, result.came, result.most);
  };
  run_to_end(loop, body());
  return result;
}

}  // namespace

TEST_CASE("a conversation is compressed in both directions") {
  Loop loop;
  Client client(loop);
  std::string all;
  for (int n = 0; n < 5000; ++n) all += "a" + std::to_string(n) + " FETCH 1:* (FLAGS UID)\r\n";
  run_echo(client, loop, [&] {
    for (std::size_t at = 0; at < all.size(); at += 1000) client.say(all.substr(at, 1000));
    client.hang_up();
  });
  CHECK(client.heard == all);
  CHECK(client.sent_bytes < all.size() / 3);
  CHECK(client.heard_bytes < all.size() / 3);
}

TEST_CASE("a bomb is read at the pace of the reader") {
  Loop loop;
  Client client(loop);
  const Echo result = run_echo(client, loop, [&] {
    client.say(std::string(20'000'000, 'x'));
    client.hang_up();
  });
  CHECK(client.sent_bytes < 100'000);
  CHECK(result.came == 20'000'000);
  CHECK(result.most <= 64 * 1024 + 16 * 1024);
  CHECK(client.heard == std::string(20'000'000, 'x'));
}

TEST_CASE("bytes that are not compressed end the connection") {
  Loop loop;
  Client client(loop);
  const Echo result = run_echo(client, loop, [&] {
    client.say("a1 NOOP\r\n");
    client.say_raw("a2 LOGOUT\r\n");
  });
  CHECK(result.came == 9);  // what came before is still there, and the rest is the end
}
