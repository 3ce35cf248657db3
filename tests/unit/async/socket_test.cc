#include "async/net/socket.h"

#include <csignal>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "async/net/acceptor.h"
#include "async/net/socket_address.h"
#include "tests/temporary_directory.h"
#include "tests/unit/async/run.h"

using namespace postbag::async;
using namespace std::chrono_literals;

namespace {

struct Pair {
  std::unique_ptr<Stream> a;
  std::unique_ptr<Stream> b;
};

Pair socket_pair(Loop& loop) {
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
  return {make_socket(loop, fds[0], Address::unix_socket("a")),
          make_socket(loop, fds[1], Address::unix_socket("b"))};
}

/// A write of more than a socket holds, so that it lasts until somebody reads.
struct LongWrite {
  Task<void> run() { sent = co_await stream.write(bytes, 1h); }

  Stream& stream;
  const std::string bytes = std::string(3'000'000, 'y');
  bool sent = true;
};

int connected_to(const Address& address) {
  const SocketAddress where = to_socket_address(address);
  const int fd = ::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(fd, where.get(), where.length) == 0);
  return fd;
}

std::unique_ptr<Stream> connect_to(Loop& loop, const Address& address) {
  return make_socket(loop, connected_to(address), address);
}

}  // namespace

TEST_CASE("more than the kernel holds arrives complete, and close sends the end after it") {
  Loop loop;
  auto [a, b] = socket_pair(loop);
  const std::string big(3'000'000, 'y');
  bool sent = false;
  const auto writer = [&]() -> Task<void> {
    sent = co_await a->write(big, 10s);
    a->close();
  };
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    jobs.start(writer(), {});
    const std::string got = co_await read_all(*b);
    CHECK(got == big);
  };
  run_to_end(loop, body());
  CHECK(sent);
}

TEST_CASE("a peer that reads nothing fails the write after a time, one that has left at once") {
  Loop loop;
  auto [a, b] = socket_pair(loop);
  const auto body = [&]() -> Task<void> {
    const std::string big(3'000'000, 'y');
    CHECK_FALSE(co_await a->write(big, 20ms));
    auto [c, d] = socket_pair(loop);
    d.reset();
    CHECK_FALSE(co_await c->write("x", 1h));  // and no SIGPIPE ended us
  };
  run_to_end(loop, body());
}

TEST_CASE("the time limit is for progress, not for the whole write") {
  Loop loop;
  auto [a, b] = socket_pair(loop);
  const std::string big(2'000'000, 'y');
  const auto slow_reader = [&]() -> Task<void> {
    Signal signal(loop);
    Signal nap(loop);
    b->notify(&signal);
    b->set_input_limit(1);
    while (!b->ended()) {
      co_await signal.wait();
      co_await nap.wait(in(10ms));
      b->consume(b->input().size());
    }
    b->notify(nullptr);
  };
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    jobs.start(slow_reader(), {});
    const auto start = std::chrono::steady_clock::now();
    const bool sent = co_await a->write(big, 150ms);
    CHECK(sent);
    CHECK(std::chrono::steady_clock::now() - start > 150ms);
    a->close();
    while (jobs.size() > 0) co_await loop.yield();
  };
  run_to_end(loop, body());
}

TEST_CASE("reading stops at the input limit and while paused") {
  Loop loop;
  auto [a, b] = socket_pair(loop);
  const auto body = [&]() -> Task<void> {
    Signal signal(loop);
    b->set_input_limit(10);
    b->notify(&signal);
    const std::string big(1'000'000, 'z');
    CHECK_FALSE(co_await a->write(big, 30ms));
    CHECK(b->input().size() >= 10);
    CHECK(b->input().size() <= 10 + 64 * 1024);
    b->pause();
    const std::size_t before = b->input().size();
    b->consume(before);
    signal.clear();
    CHECK_FALSE(co_await signal.wait(in(20ms)));
    b->resume();
    CHECK(co_await signal.wait(in(5s)));
    CHECK_FALSE(b->input().empty());
    b->notify(nullptr);
  };
  run_to_end(loop, body());
}

TEST_CASE("a connection that breaks is closed at once, whether it is read, written or neither") {
  enum class At : std::uint8_t { reading, full, after_the_end, writing };
  for (const At at : {At::reading, At::full, At::after_the_end, At::writing}) {
    CAPTURE(static_cast<int>(at));
    Loop loop;
    std::unique_ptr<Stream> server;
    const Acceptor acceptor(loop, ListeningSocket::open("127.0.0.1:0"),
                            [&](std::unique_ptr<Stream> s) { server = std::move(s); });
    const int client = connected_to(acceptor.address());
    const linger reset{.l_onoff = 1, .l_linger = 0};
    REQUIRE(::setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) == 0);
    REQUIRE(::send(client, "some bytes", 10, 0) == 10);
    if (at == At::after_the_end) ::shutdown(client, SHUT_WR);
    const std::string big(20'000'000, 'y');
    bool sent = true;
    const auto write = [&]() -> Task<void> { sent = co_await server->write(big, 1h); };
    const auto body = [&]() -> Task<void> {
      while (!server) co_await loop.yield();
      Signal signal(loop);
      if (at == At::full) server->set_input_limit(1);
      server->notify(&signal);
      while (server->input().size() < 10 || (at == At::after_the_end && !server->ended())) co_await signal.wait();
      Jobs jobs(loop);
      if (at == At::writing) jobs.start(write(), {});
      for (int i = 0; i < 3; ++i) co_await loop.yield();
      CHECK_FALSE(server->is_closed());
      ::close(client);  // resets it
      const Deadline end = in(10s);
      while (!server->is_closed() && std::chrono::steady_clock::now() < end) co_await loop.yield();
      CHECK(server->is_closed());
      CHECK(server->ended());
      while (jobs.size() > 0) co_await loop.yield();
      CHECK(sent == (at != At::writing));
      server->notify(nullptr);
    };
    run_to_end(loop, body());
    server.reset();
  }
}

TEST_CASE("no write lasts beyond the end that was set, also while there is progress") {
  Loop loop;
  auto [a, b] = socket_pair(loop);
  LongWrite write{*a};
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    jobs.start(write.run(), {});
    for (int i = 0; i < 3; ++i) co_await loop.yield();
    a->end_writes(in(20ms));
    a->end_writes(in(1h));  // does not move it again
    while (jobs.size() > 0) co_await loop.yield();
    CHECK_FALSE(write.sent);
    CHECK_FALSE(co_await a->write(write.bytes, 1h));
  };
  run_to_end(loop, body());
}

TEST_CASE("closing ends a write in progress") {
  Loop loop;
  auto [a, b] = socket_pair(loop);
  LongWrite write{*a};
  const auto body = [&]() -> Task<void> {
    Jobs jobs(loop);
    jobs.start(write.run(), {});
    co_await loop.yield();
    a->close();
    while (jobs.size() > 0) co_await loop.yield();
  };
  run_to_end(loop, body());
  CHECK_FALSE(write.sent);
}

TEST_CASE("a cancelled write leaves the stream usable for closing") {
  Loop loop;
  auto [a, b] = socket_pair(loop);
  const std::string big(3'000'000, 'y');
  const auto writer = [&]() -> Task<void> { co_await a->write(big, 1h); };
  const auto body = [&]() -> Task<void> {
    {
      Jobs jobs(loop);
      jobs.start(writer(), {});
      co_await loop.yield();
      co_await loop.yield();
    }
    a->close();
    const std::string got = co_await read_all(*b);
    CHECK(got.size() < big.size());
  };
  run_to_end(loop, body());
}

TEST_CASE("the last bytes reach a peer whose bytes were not read") {
  Loop loop;
  std::unique_ptr<Stream> server;
  Acceptor acceptor(loop, ListeningSocket::open("127.0.0.1:0"),
                    [&](std::unique_ptr<Stream> s) { server = std::move(s); });
  CHECK(acceptor.address().port() != 0);
  const auto body = [&]() -> Task<void> {
    auto client = connect_to(loop, acceptor.address());
    CHECK(co_await client->write(std::string_view("unread"), 1s));
    while (!server) co_await loop.yield();
    CHECK(server->peer().is_loopback());
    CHECK(co_await server->write("* BYE\r\n", 1s));
    server->close();
    server.reset();
    const std::string got = co_await read_all(*client);
    CHECK(got == "* BYE\r\n");
  };
  run_to_end(loop, body());
}

TEST_CASE("two acceptors cannot have one port") {
  Loop loop;
  const Acceptor first(loop, ListeningSocket::open("127.0.0.1:0"), [](auto) {});
  CHECK_THROWS_AS(ListeningSocket::bind(first.address()), std::system_error);
}

TEST_CASE("a Unix socket is private, replaces a dead one, leaves a live one, and is removed with its acceptor") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "s";
  {
    const SocketAddress where = to_socket_address(Address::unix_socket(path));
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::bind(dead, where.get(), where.length) == 0);
    ::close(dead);
    Loop loop;
    const Acceptor live(loop, ListeningSocket::bind(Address::unix_socket(path)), [](auto) {});
    struct stat info{};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK_THROWS_AS(ListeningSocket::bind(Address::unix_socket(path)), std::system_error);
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a socket that was passed to the process is served, and its file stays") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "s";
  const int passed = ListeningSocket::bind(Address::unix_socket(path)).release();
  Loop loop;
  std::unique_ptr<Stream> server;
  {
    Acceptor acceptor(loop, ListeningSocket::open("fd:" + std::to_string(passed)),
                      [&](std::unique_ptr<Stream> stream) { server = std::move(stream); });
    CHECK(acceptor.address() == Address::unix_socket(path));
    const SocketAddress where = to_socket_address(acceptor.address());
    const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::connect(client, where.get(), where.length) == 0);
    const auto body = [&]() -> Task<void> {
      while (!server) co_await loop.yield();
      server.reset();
    };
    run_to_end(loop, body());
    ::close(client);
  }
  CHECK(::fcntl(passed, F_GETFD) == -1);  // it was the acceptor's
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("only a listening stream socket is taken over") {
  const int idle = ::socket(AF_INET, SOCK_STREAM, 0), datagrams = ::socket(AF_INET, SOCK_DGRAM, 0);
  for (const int fd : {idle, datagrams, STDIN_FILENO, 12345}) {
    CAPTURE(fd);
    CHECK_THROWS_AS(ListeningSocket::adopt(fd), std::system_error);
  }
  CHECK(::close(idle) == 0);
  CHECK(::close(datagrams) == 0);
  CHECK(parse_descriptor("fd:3") == 3);
  for (const char* const text : {"fd:", "fd:-1", "fd:3 ", "fd:99999999999", "fd", "3", "FD:3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_descriptor(text));
    CHECK_THROWS_AS(ListeningSocket::open(text), std::system_error);
  }
}
