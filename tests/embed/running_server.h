// A server over files, with a thread of its own and a port of the loopback.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "postbag/server.h"
#include "tests/temporary_directory.h"

/// It stops at the latest when it is destroyed; the directory stays until then.
class RunningServer {
 public:
  RunningServer() = default;
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() { stop(); }

  void start(postbag::ServerOptions options = {}) {
    open(std::move(options));
    REQUIRE(server->start());
  }
  /// With an account "erin", whose password is "secret".
  void start_with_erin(postbag::ServerOptions options = {}) {
    open(std::move(options));
    REQUIRE(server->add_account("erin", "secret"));
    REQUIRE(server->start());
  }
  void stop() {
    if (!server) return;
    server->stop(std::chrono::seconds(5));
    server->wait();
    server.reset();
  }
  std::string address() const { return server->addresses().front(); }

  TemporaryDirectory directory;
  std::optional<postbag::Server> server;

 private:
  void open(postbag::ServerOptions options) {
    options.data_dir = directory.path();
    options.listen = {"127.0.0.1:0"};
    server.emplace(postbag::Server::open(std::move(options)).value());
  }
};
