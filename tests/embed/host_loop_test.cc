// The server in the host's loop, over the in-memory store.

#include <atomic>
#include <thread>
#include <vector>

#include "tests/embed/host.h"
#include "tests/embed/socket_client.h"

using namespace postbag;

namespace {

constexpr auto message = "Subject: hello\r\n\r\nWorld\r\n";

}  // namespace

TEST_CASE("a host reads its mail over memory, beside its own timers") {
  for (const std::size_t workers : {std::size_t{0}, std::size_t{2}}) {
    CAPTURE(workers);
    Host host;
    Server server = started(host, {.workers = workers});
    {
      MemoryClient alice(host, server);
      CHECK(alice.read_to("* ").starts_with("* OK "));
      CHECK(contains(alice.run("LOGIN alice secret"), "t OK "));
      CHECK(contains(alice.run("SELECT INBOX"), "* 0 EXISTS"));
      std::optional<Expected<Delivered>> outcome;
      server.deliver({.user = "alice", .bytes = message}, [&](Expected<Delivered> d) { outcome = std::move(d); });
      host.run_until([&] { return outcome.has_value(); });
      REQUIRE(outcome->has_value());
      CHECK((*outcome)->uid == 1);
      CHECK(contains(alice.run("NOOP"), "* 1 EXISTS"));
      CHECK(contains(alice.run("FETCH 1 BODY[TEXT]"), "World"));
      CHECK(contains(alice.run("LOGOUT"), "* BYE"));
      alice.wait_closed();
    }
    const int ticks = host.ticks();
    host.run_until([&] { return host.ticks() > ticks + 3; });
    host.stop(server);
  }
}

TEST_CASE("an idle client is notified of a delivery at once") {
  Host host;
  Server server = started(host);
  MemoryClient alice(host, server);
  alice.run("LOGIN alice secret");
  alice.run("SELECT INBOX");
  alice.send("t IDLE\r\n");
  alice.read_to("+ ");
  server.deliver({.user = "alice", .bytes = message}, [](Expected<Delivered> d) { CHECK(d); });
  CHECK(contains(alice.read_to("* 1 EXISTS"), "* 1 EXISTS"));
  alice.send("DONE\r\n");
  CHECK(contains(alice.read_to("t "), "t OK"));
  host.stop(server);
}

TEST_CASE("over TCP on a free port") {
  Host host;
  Server server = in_memory({.listen = {"127.0.0.1:0", "127.0.0.1:0"}});
  REQUIRE(server.add_account("bob", "pass word"));
  REQUIRE(server.start(host.loop()));
  REQUIRE(server.addresses().size() == 2);
  std::atomic<bool> done = false;
  std::string answer;
  std::jthread client([&] {
    SocketClient bob(server.addresses().front());
    answer = bob.run("LOGIN bob \"pass word\"");
    answer += bob.run("STATUS INBOX (MESSAGES)");
    done = true;
  });
  host.run_until([&] { return done.load(); });
  CHECK(contains(answer, "t OK"));
  CHECK(contains(answer, "(MESSAGES 0)"));
  host.stop(server);
}

TEST_CASE("stop says BYE, closes, and leaves the host's loop empty") {
  Host host;
  {
    Server server = started(host, {.listen = {"127.0.0.1:0"}});
    MemoryClient one(host, server);
    MemoryClient two(host, server);
    one.run("LOGIN alice secret");
    two.read_to("* OK");
    host.stop(server);
    one.read_to("* BYE");
    two.read_to("* BYE");
    one.wait_closed();
    CHECK_FALSE(server.connect([](std::string_view) {}, [] {}));
    std::optional<Expected<Delivered>> outcome;
    server.deliver({.user = "alice", .bytes = message}, [&](Expected<Delivered> d) { outcome = std::move(d); });
    REQUIRE(outcome.has_value());
    CHECK(outcome->error().cause == Cause::stopped);
  }
}

TEST_CASE("destroyed without stop, in the middle of everything") {
  Host host;
  Server server = started(host);
  MemoryClient alice(host, server);
  alice.send("t LOGIN alice secret\r\nt SELECT INBOX\r\nt IDLE\r\n");
  uv_run(&host.loop(), UV_RUN_NOWAIT);
  uv_run(&host.loop(), UV_RUN_NOWAIT);
}

TEST_CASE("the host decides who may log in, later and from another thread") {
  Host host;
  std::vector<std::jthread> threads;
  ServerOptions options;
  options.authenticate = [&](const LoginAttempt& attempt, const std::function<void(bool)>& decide) {
    const bool right = attempt.user == "carol" && attempt.password == "by host";
    threads.emplace_back([decide, right] { decide(right); });
  };
  Server server = in_memory(std::move(options));
  REQUIRE(server.start(host.loop()));
  MemoryClient carol(host, server);
  CHECK(contains(carol.run("LOGIN carol wrong"), "t NO [AUTHENTICATIONFAILED]"));
  CHECK(contains(carol.run("LOGIN carol \"by host\""), "t OK"));
  CHECK(contains(carol.run("LIST \"\" *"), "\\Drafts"));
  host.stop(server);
}

TEST_CASE("an unknown user and a wrong password get the same answer") {
  Host host;
  Server server = started(host);
  MemoryClient client(host, server);
  client.read_to("* OK");
  const std::string wrong = client.run("LOGIN alice guess");
  CHECK(contains(wrong, "t NO [AUTHENTICATIONFAILED]"));
  CHECK(client.run("LOGIN nobody guess") == wrong);
  host.stop(server);
}

TEST_CASE("removing an account ends its sessions with BYE, others stay") {
  Host host;
  Server server = in_memory();
  REQUIRE(server.add_account("alice", "secret"));
  REQUIRE(server.add_account("bob", "secret"));
  REQUIRE(server.start(host.loop()));
  MemoryClient alice(host, server);
  MemoryClient bob(host, server);
  alice.run("LOGIN alice secret");
  bob.run("LOGIN bob secret");
  REQUIRE(server.remove_account("alice"));
  alice.read_to("* BYE");
  alice.wait_closed();
  CHECK(contains(bob.run("NOOP"), "t OK"));
  CHECK(server.accounts().value() == std::vector<std::string>{"bob"});
  CHECK(server.remove_account("alice").error().cause == Cause::no_such_account);
  host.stop(server);
}

TEST_CASE("above a limit a connection is refused with BYE") {
  Host host;
  Server server = in_memory({.limits = {{"connections", 1}, {"connections_per_account", 1}}});
  REQUIRE(server.start(host.loop()));
  MemoryClient first(host, server);
  first.read_to("* OK");
  MemoryClient second(host, server);
  second.read_to("* BYE [UNAVAILABLE] Too many connections");
  second.wait_closed();
  CHECK(contains(first.run("NOOP"), "t OK"));
  host.stop(server);
}

TEST_CASE("an account has only so many connections, and gets one back when one ends") {
  Host host;
  Server server = started(host, {.limits = {{"connections_per_account", 1}}});
  std::optional<MemoryClient> first(std::in_place, host, server);
  MemoryClient second(host, server);
  CHECK(contains(first->run("LOGIN alice secret"), "t OK"));
  CHECK(contains(second.run("LOGIN alice secret"), "t NO [LIMIT]"));
  first->run("LOGOUT");
  first->wait_closed();
  CHECK(contains(second.run("LOGIN alice secret"), "t OK"));
  host.stop(server);
}

TEST_CASE("hanging up ends the session after its last answer") {
  Host host;
  Server server = in_memory();
  REQUIRE(server.start(host.loop()));
  MemoryClient client(host, server);
  client.send("t NOOP\r\n");
  client.connection().hang_up();
  CHECK(contains(client.read_to("t "), "t OK"));
  client.wait_closed();
  host.stop(server);
}
