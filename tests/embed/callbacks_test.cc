// What a host's callbacks throw is caught at the border, and what they do not call is called for them.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/embed/host.h"

using namespace postbag;

namespace {

constexpr auto message = "Subject: hello\r\n\r\nWorld\r\n";

/// A server in the host's loop whose log is kept.
struct Logged {
  explicit Logged(ServerOptions options = {}) {
    if (!options.log)
      options.log = [this](const LogLine& line) {
        log += std::string(line.what) + ": " + std::string(line.detail) + '\n';
      };
    server.emplace(started(host, std::move(options)));
  }
  void check_failed(const std::string& which) const {
    CHECK(contains(log, "callback of the host failed: " + which));
    CHECK_FALSE(contains(log, "store broken"));
  }

  Host host;
  std::string log;
  std::optional<Server> server;
};

using Decide = std::function<void(bool)>;

/// What LOGIN answers when the host decides like this.
std::string login_with(std::function<void(LoginAttempt, Decide)> authenticate) {
  Host host;
  ServerOptions options;
  options.authenticate = std::move(authenticate);
  Server server = Server::open(std::move(options)).value();
  REQUIRE(server.start(host.loop()));
  MemoryClient client(host, server);
  std::string answer = client.run("LOGIN alice secret");
  host.stop(server);
  return answer;
}

}  // namespace

TEST_CASE("`receive` throws: that connection ends, and others go on") {
  Logged logged;
  int closed = 0;
  const auto thrower = [](std::string_view) { throw std::runtime_error("out of paper"); };
  const Connection bad = logged.server->connect(thrower, [&] { ++closed; }).value();
  MemoryClient good(logged.host, *logged.server);
  logged.host.run_until([&] { return closed == 1; });
  CHECK(contains(good.run("LOGIN alice secret"), "t OK"));
  logged.check_failed("receive: out of paper");
  logged.host.stop(*logged.server);
  CHECK(closed == 1);
}

TEST_CASE("`closed`, `done` and `stopped` throw: it is logged, and that is all") {
  Logged logged;
  Connection client = logged.server->connect([](std::string_view) {}, [] { throw 1; }).value();
  client.hang_up();
  bool delivered = false;
  logged.server->deliver({.user = "alice", .bytes = message}, [&](const Expected<Delivered>& outcome) {
    delivered = outcome.has_value();
    throw std::runtime_error("done");
  });
  logged.host.run_until([&] { return delivered && contains(logged.log, "closed"); });
  bool stopped = false;
  logged.server->stop(std::chrono::seconds(5), [] { throw std::runtime_error("stopped"); });
  logged.server->stop(std::chrono::seconds(5), [&] { stopped = true; });
  logged.host.run_until([&] { return stopped; });
  for (const char* which : {"closed: unknown exception", "done: done", "stopped: stopped"})
    logged.check_failed(which);
}

TEST_CASE("the log throws: nothing else fails") {
  ServerOptions options;
  options.log = [](const LogLine&) { throw std::runtime_error("no paper"); };
  Logged logged(std::move(options));
  MemoryClient client(logged.host, *logged.server);
  CHECK(contains(client.run("LOGIN alice wrong"), "t NO [AUTHENTICATIONFAILED]"));
  CHECK(contains(client.run("LOGIN alice secret"), "t OK"));
  logged.host.stop(*logged.server);
}

TEST_CASE("the clock throws: the machine's counts") {
  for (const std::size_t workers : {std::size_t{0}, std::size_t{2}}) {
    ServerOptions options{.workers = workers};
    options.clock = []() -> std::int64_t { throw std::runtime_error("stopped at noon"); };
    Logged logged(std::move(options));
    MemoryClient client(logged.host, *logged.server);
    CHECK(contains(client.run("LOGIN alice secret"), "t OK"));
    client.send("t APPEND INBOX {12+}\r\nSubject: x\r\n\r\n");
    CHECK(contains(client.read_to("t "), "t OK"));
    logged.host.stop(*logged.server);
    logged.check_failed("clock: stopped at noon");
  }
}

TEST_CASE("`authenticate` throws: that login is refused for now, and counts as no guess") {
  ServerOptions options{.limits = {{"failed_logins", 1}}};
  options.authenticate = [](const LoginAttempt& attempt, const Decide& decide) {
    if (attempt.password == "throw") throw std::runtime_error("directory is down");
    decide(true);
  };
  Logged logged(std::move(options));
  MemoryClient client(logged.host, *logged.server);
  CHECK(contains(client.run("LOGIN alice throw"), "t NO [UNAVAILABLE]"));
  CHECK(contains(client.run("LOGIN alice secret"), "t OK"));
  logged.check_failed("authenticate: directory is down");
  logged.host.stop(*logged.server);
}

TEST_CASE("`decide`: the first call counts") {
  CHECK(contains(login_with([](const LoginAttempt&, const Decide& decide) { decide(false), decide(true); }),
                 "t NO [AUTHENTICATIONFAILED]"));
  CHECK(
      contains(login_with([](const LoginAttempt&, const Decide& decide) { decide(true), decide(false); }), "t OK"));
}

TEST_CASE("`decide` dropped unanswered is a refusal at once, on whichever thread") {
  CHECK(contains(login_with([](const LoginAttempt&, const Decide&) {}), "t NO [AUTHENTICATIONFAILED]"));
  std::vector<std::jthread> threads;
  CHECK(contains(login_with([&](const LoginAttempt&, Decide decide) {
                   threads.emplace_back([kept = std::move(decide)]() mutable { kept = nullptr; });
                 }),
                 "t NO [AUTHENTICATIONFAILED]"));
}

TEST_CASE("`decide` after the session, and after the server") {
  Decide kept;
  {
    Logged logged([&] {
      ServerOptions options;
      options.authenticate = [&](const LoginAttempt&, Decide decide) { kept = std::move(decide); };
      return options;
    }());
    MemoryClient client(logged.host, *logged.server);
    client.send("t LOGIN alice secret\r\n");
    logged.host.run_until([&] { return kept != nullptr; });
    bool stopped = false;
    logged.server->stop(std::chrono::milliseconds(0), [&] { stopped = true; });
    logged.host.run_until([&] { return stopped; });
  }
  kept(true);
  kept(false);
}

TEST_CASE("on a thread of its own the server survives what callbacks throw") {
  ServerOptions options;
  options.log = [](const LogLine&) { throw 1; };
  Server server = Server::open(std::move(options)).value();
  REQUIRE(server.start());
  std::atomic<bool> closed = false;
  const Connection client = server.connect([](std::string_view) { throw 1; }, [&] { closed = true; }).value();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!closed && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK(closed);
  server.stop(std::chrono::milliseconds(0));
  server.wait();
}
