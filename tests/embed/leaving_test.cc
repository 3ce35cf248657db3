// Clients that leave, in every way and at every moment: neither a descriptor nor a place among the account's
// connections stays.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <poll.h>

#include "postbag/server.h"
#include "tests/embed/contains.h"
#include "tests/embed/running_server.h"
#include "tests/embed/socket_client.h"
#include "tests/embed/sync_gate.h"

using namespace postbag;

namespace {

/// A leak lasts for minutes: until autologout, or as long as a guess at a password is delayed.
bool comes_true(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!what()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

/// Of this process, so the clients' too.
std::ptrdiff_t open_sockets() {
  const auto is_socket = [](const std::filesystem::directory_entry& entry) {
    std::error_code gone;
    return std::filesystem::read_symlink(entry.path(), gone).string().starts_with("socket:");
  };
  return std::ranges::count_if(std::filesystem::directory_iterator("/proc/self/fd"), is_socket);
}

struct Fixture : RunningServer {
  explicit Fixture(std::vector<std::pair<std::string, std::uint64_t>> limits,
                   decltype(ServerOptions::authenticate) authenticate = {}) {
    ServerOptions options;
    options.limits = std::move(limits);
    options.authenticate = std::move(authenticate);
    start_with_erin(std::move(options));
    sockets = open_sockets();
  }
  ~Fixture() { sync_gate.open(); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  bool nobody_is_there() const {
    return comes_true([this] { return open_sockets() == sockets; });
  }
  /// With one place in the account this shows that it is free.
  bool may_log_in() const {
    return comes_true([this] { return contains(SocketClient(address()).run("LOGIN erin secret"), "t OK"); });
  }

  std::ptrdiff_t sockets = 0;
};

/// How a client leaves.
struct Way {
  const char* name;
  void (*leave)(std::optional<SocketClient>& client);
  bool reads_on;
};

constexpr Way ways[] = {
    {"closes", [](auto& client) { client.reset(); }, false},
    {"resets",
     [](auto& client) {
       client->reset_at_end();
       client.reset();
     },
     false},
    {"sends the end, and reads on", [](auto& client) { client->end_sending(); }, true},
    {"sends the end, then resets",
     [](auto& client) {
       client->end_sending();
       client->reset_at_end();
       client.reset();
     },
     false},
};

void log_in(SocketClient& client) {
  REQUIRE(contains(client.run("LOGIN erin secret"), "t OK"));
  REQUIRE(contains(client.run("SELECT INBOX"), "t OK"));
}

/// Sends it and waits until the server asks for more.
void say_to_plus(SocketClient& client, const std::string& bytes) {
  REQUIRE(client.send(bytes));
  REQUIRE(contains(client.read_to("+ "), "+ "));
}

const std::string append = "t APPEND INBOX {12+}\r\nSubject: x\r\n\r\n";

/// Where it is then.
struct Moment {
  const char* name;
  void (*reach)(SocketClient& client);
  bool waits_for_store = false;  ///< until the gate opens
  std::string_view answer = {};  ///< what one that still reads must get
};

const Moment moments[] = {
    {"greeted", [](SocketClient&) {}},
    {"logged in", [](SocketClient& c) { REQUIRE(contains(c.run("LOGIN erin secret"), "t OK")); }},
    {"selected", log_in},
    {"within a line",
     [](SocketClient& c) {
       log_in(c);
       REQUIRE(c.send("t NOO"));
     }},
    {"within a literal before login",
     [](SocketClient& c) {
       say_to_plus(c, "t LOGIN {4}\r\n");
       REQUIRE(c.send("er"));
     }},
    {"asked for a SASL response", [](SocketClient& c) { say_to_plus(c, "t AUTHENTICATE PLAIN\r\n"); }},
    {"within the literal of an APPEND",
     [](SocketClient& c) {
       log_in(c);
       say_to_plus(c, "t APPEND INBOX {20000}\r\n");
       REQUIRE(c.send(std::string(100, 'z')));
     }},
    {"in IDLE",
     [](SocketClient& c) {
       log_in(c);
       say_to_plus(c, "t IDLE\r\n");
     }},
    {"waiting for the store",
     [](SocketClient& c) {
       log_in(c);
       sync_gate.shut();
       REQUIRE(c.send(append));
       sync_gate.await(1);
     },
     true, "t OK [APPENDUID"},
    {"waiting for the store, with more commands than are read at once",
     [](SocketClient& c) {
       log_in(c);
       sync_gate.shut();
       REQUIRE(c.send(append));
       sync_gate.await(1);
       std::string many;
       for (int i = 0; i < 12'000; ++i) many += "n NOOP\r\n";
       REQUIRE(c.send(many + "last NOOP\r\n"));
     },
     true, "last OK"},
    {"not reading what it fetches",
     [](SocketClient& c) {
       log_in(c);
       REQUIRE(c.send("f FETCH 1 (BODY[] BODY[] BODY[] BODY[] BODY[] BODY[] BODY[] BODY[])\r\n"));
       REQUIRE(contains(c.read_to("* 1 FETCH"), "BODY[]"));
     },
     false, "f OK"},
};

void leave(const Fixture& f, const Moment& moment, const Way& way) {
  CAPTURE(std::string(moment.name));
  CAPTURE(std::string(way.name));
  {
    std::optional<SocketClient> client(std::in_place, f.address());
    moment.reach(*client);
    way.leave(client);
    if (moment.waits_for_store) {
      if (!way.reads_on) CHECK(f.nobody_is_there());
      CHECK(f.may_log_in());
      sync_gate.open();
    }
    if (client) CHECK(contains(client->read_to_end(), moment.answer));
  }
  CHECK(f.nobody_is_there());
  CHECK(f.may_log_in());
}

}  // namespace

TEST_CASE("however and whenever a client leaves, neither a descriptor nor a counted connection stays") {
  Fixture f({{"connections_per_account", 1}});
  Delivery large = f.server->begin_delivery("erin", "INBOX").value();
  REQUIRE(large.write("Subject: x\r\n\r\n" + std::string(4'000'000, 'y')));
  REQUIRE(large.finish());
  for (const Moment& moment : moments)
    for (const Way& way : ways) leave(f, moment, way);
}

TEST_CASE("a client that leaves while its failed login is delayed frees its descriptor, and the delay counts") {
  constexpr std::chrono::milliseconds a_moment{200};
  for (const Way& way : ways) {
    if (way.reads_on) continue;
    CAPTURE(std::string(way.name));
    const Fixture f({{"failed_login_delay", 60}, {"failed_login_delay_max", 60}});
    for (int guess = 0; guess < 3; ++guess) {  // the first waits after its guess, the others before theirs
      std::optional<SocketClient> client(std::in_place, f.address());
      REQUIRE(client->send("t LOGIN erin wrong\r\n"));
      CHECK_FALSE(client->hears_within(a_moment));
      way.leave(client);
      CHECK(f.nobody_is_there());
    }
    SocketClient next(f.address());
    REQUIRE(next.send("t LOGIN erin secret\r\n"));
    CHECK_FALSE(next.hears_within(std::chrono::seconds(1)));
  }
}

TEST_CASE("one that has sent its end gets the answers to what it sent before, also when they are delayed") {
  const Fixture f({{"failed_login_delay", 1}, {"failed_login_delay_max", 1}});
  SocketClient client(f.address());
  REQUIRE(client.send("a LOGIN erin wrong\r\nb LOGIN erin secret\r\nc STATUS INBOX (MESSAGES)\r\nd LOGOUT\r\n"));
  client.end_sending();
  const std::string answers = client.read_to_end();
  for (const char* answer : {"a NO [AUTHENTICATIONFAILED]", "b OK", "* STATUS INBOX (MESSAGES 0)", "c OK", "d OK"})
    CHECK(contains(answers, answer));
}

TEST_CASE("a login that is delayed does not keep the server from stopping") {
  Fixture f({{"failed_login_delay", 60}, {"failed_login_delay_max", 60}});
  SocketClient client(f.address());
  REQUIRE(client.send("t LOGIN erin wrong\r\n"));
  CHECK_FALSE(client.hears_within(std::chrono::milliseconds(200)));
  f.server->stop(std::chrono::hours(1));
  CHECK(contains(client.read_to_end(), "* BYE [UNAVAILABLE] The server is shutting down"));
}

TEST_CASE("a client that leaves before the host has decided about it frees its descriptor") {
  std::mutex mutex;
  std::vector<std::function<void(bool)>> undecided;
  const auto authenticate = [&](const LoginAttempt&, std::function<void(bool)> decide) {
    const std::lock_guard held(mutex);
    undecided.push_back(std::move(decide));
  };
  const auto asked = [&] {
    const std::lock_guard held(mutex);
    return undecided.size();
  };
  const Fixture f({}, authenticate);
  for (const Way& way : ways) {
    if (way.reads_on) continue;
    CAPTURE(std::string(way.name));
    const std::size_t before = asked();
    std::optional<SocketClient> client(std::in_place, f.address());
    REQUIRE(client->send("t LOGIN erin secret\r\n"));
    REQUIRE(comes_true([&] { return asked() == before + 1; }));
    way.leave(client);
    CHECK(f.nobody_is_there());
  }
  for (const auto& decide : undecided) decide(true);  // no client waits for it
}
