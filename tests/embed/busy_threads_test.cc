// A thread that is busy for long delays neither other accounts nor the loop.

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <sodium.h>

#include "postbag/server.h"
#include "tests/embed/contains.h"
#include "tests/embed/running_server.h"
#include "tests/embed/socket_client.h"
#include "tests/embed/sync_gate.h"

using namespace postbag;

namespace {

/// Passwords hashed to be kept. A global, because the function below has no other place for it.
std::atomic<int> hashed = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

struct Fixture : RunningServer {
  Fixture() { start(); }
  ~Fixture() { sync_gate.open(); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  void start() {
    ServerOptions options;
    options.limits = {{"failed_login_delay", 0}};
    RunningServer::start(std::move(options));
  }
  std::string log_in(const std::string& user) const {
    return SocketClient(address()).run("LOGIN " + user + " secret");
  }
};

const std::string append = "t APPEND INBOX {12+}\r\nSubject: x\r\n\r\n";

}  // namespace

/// Counts, and calls libsodium's.
extern "C" int crypto_pwhash_str(char* out, const char* password, unsigned long long size,
                                 unsigned long long passes, std::size_t memory) {
  using Function = int (*)(char*, const char*, unsigned long long, unsigned long long, std::size_t);
  static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "crypto_pwhash_str"));
  ++hashed;
  return real(out, password, size, passes, memory);
}

// The first test: what a process does at its first login it does only once.
TEST_CASE("no login costs more than one password hash, not even the first, nor one of an unknown user") {
  Fixture f;
  REQUIRE(f.server->add_account("erin", "secret"));
  CHECK(hashed == 1);
  CHECK(contains(f.log_in("nobody"), "t NO"));
  CHECK(contains(f.log_in("erin"), "t OK"));
  CHECK(hashed == 1);
}

TEST_CASE("accounts are served while the thread of another account waits for the disk") {
  Fixture f;
  const std::string users[] = {"anna", "bert", "cleo"};  // two of them at least have both even or both odd numbers
  for (const std::string& user : users) {
    REQUIRE(f.server->add_account(user, "secret"));
    REQUIRE(contains(f.log_in(user), "t OK"));  // makes its mailboxes
  }
  for (const std::string& slow : users) {
    CAPTURE(slow);
    f.stop();
    f.start();
    SocketClient busy(f.address());
    REQUIRE(contains(busy.run("LOGIN " + slow + " secret"), "t OK"));
    sync_gate.shut();
    REQUIRE(busy.send(append));
    sync_gate.open_but_for(sync_gate.await_one());
    for (const std::string& user : users)
      if (user != slow) CHECK(contains(f.log_in(user), "t OK"));
    sync_gate.open();
    CHECK(contains(busy.read_to("t "), "t OK [APPENDUID"));
  }
}

TEST_CASE("the loop does not wait for a thread that holds the list of accounts during a sync") {
  Fixture f;
  REQUIRE(f.server->add_account("anna", "secret"));
  SocketClient other(f.address());
  SocketClient anna(f.address());
  sync_gate.shut();
  REQUIRE(anna.send("t LOGIN anna secret\r\n"));
  sync_gate.await_one();  // her mailboxes are being made
  std::jthread adding([&] { CHECK(f.server->add_account("bert", "secret")); });
  sync_gate.await(2);
  sync_gate.open_but_for(adding.get_id());
  CHECK(contains(other.run("NOOP"), "t OK"));
  sync_gate.open();
  CHECK(contains(anna.read_to("t "), "t OK"));  // her login asks the list once more, on a thread
}
