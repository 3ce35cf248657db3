// A host program: its own libuv loop with its own timer, and clients of the server that lives in it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <uv.h>

#include "postbag/server.h"
#include "tests/embed/contains.h"

/// The host's loop. Its timer ticks all the time: the test sees that the server does not block it.
class Host {
 public:
  Host() {
    uv_loop_init(&loop_);
    uv_timer_init(&loop_, &timer_);
    timer_.data = this;
    uv_timer_start(&timer_, [](uv_timer_t* t) { ++static_cast<Host*>(t->data)->ticks_; }, 1, 1);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  /// Nothing of the server may be left in the loop.
  ~Host() {
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop_) == 0);
  }

  uv_loop_t& loop() { return loop_; }
  int ticks() const { return ticks_; }
  /// Runs the loop until `done`; the test fails when that takes too long.
  void run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      uv_run(&loop_, UV_RUN_ONCE);
    }
  }
  void stop(postbag::Server& server) {
    bool stopped = false;
    server.stop(std::chrono::seconds(5), [&] { stopped = true; });
    run_until([&] { return stopped; });
  }

 private:
  uv_loop_t loop_{};
  uv_timer_t timer_{};
  int ticks_ = 0;
};

/// A server that keeps everything in memory. It does not run yet.
inline postbag::Server in_memory(postbag::ServerOptions options = {}) {
  postbag::Expected<postbag::Server> server = postbag::Server::open(std::move(options));
  REQUIRE(server);
  return std::move(*server);
}

/// One that runs in the host's loop, with an account "alice" whose password is "secret".
inline postbag::Server started(Host& host, postbag::ServerOptions options = {}) {
  postbag::Server server = in_memory(std::move(options));
  REQUIRE(server.add_account("alice", "secret"));
  REQUIRE(server.start(host.loop()));
  return server;
}

/// An IMAP client over an in-memory connection.
class MemoryClient {
 public:
  MemoryClient(Host& host, postbag::Server& server) : host_(host) {
    auto connection =
        server.connect([this](std::string_view bytes) { received_ += bytes; }, [this] { closed_ = true; });
    REQUIRE(connection);
    connection_.emplace(std::move(*connection));
  }
  /// Everything up to and with the line that begins with `start`.
  std::string read_to(const std::string& start) {
    std::size_t end = std::string::npos;
    host_.run_until([&] {
      const std::size_t line = received_.starts_with(start) ? 0 : received_.find("\r\n" + start);
      if (line == std::string::npos) return closed_;
      end = received_.find("\r\n", line + start.size());
      return end != std::string::npos;
    });
    REQUIRE(end != std::string::npos);
    std::string out = received_.substr(0, end + 2);
    received_.erase(0, end + 2);
    return out;
  }
  /// Sends a command and returns its whole answer.
  std::string run(const std::string& command) {
    connection_->send("t " + command + "\r\n");
    return read_to("t ");
  }
  void send(std::string bytes) { connection_->send(std::move(bytes)); }
  void wait_closed() {
    host_.run_until([&] { return closed_; });
  }
  bool is_closed() const { return closed_; }
  postbag::Connection& connection() { return *connection_; }

 private:
  Host& host_;
  std::string received_;
  bool closed_ = false;
  std::optional<postbag::Connection> connection_;
};
