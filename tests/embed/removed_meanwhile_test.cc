// An account that is removed while somebody is on the way into it.

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "postbag/server.h"
#include "socket_client.h"
#include "sync_gate.h"
#include "temporary_directory.h"

using namespace postbag;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Fixture {
  Fixture() {
    ServerOptions options;
    options.data_dir = directory.path();
    options.listen = {"127.0.0.1:0"};
    server.emplace(Server::open(std::move(options)).value());
    REQUIRE(server->add_account("erin", "secret"));
    REQUIRE(server->start());
  }
  ~Fixture() {
    sync_gate.open();
    server->stop(std::chrono::seconds(5));
    server->wait();
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  TemporaryDirectory directory;
  std::optional<Server> server;
};

}  // namespace

TEST_CASE("a login that is under way when its account is removed is refused") {
  Fixture f;
  SocketClient other(f.server->addresses().front());
  SocketClient erin(f.server->addresses().front());
  sync_gate.shut();
  REQUIRE(erin.send("t LOGIN erin secret\r\n"));
  sync_gate.open_but_for(sync_gate.await_one());  // her mailboxes are being made
  REQUIRE(f.server->remove_account("erin"));
  REQUIRE(contains(other.run("NOOP"), "t OK"));  // the server's thread has heard of it
  sync_gate.open();
  CHECK(contains(erin.read_to("t "), "t NO [AUTHENTICATIONFAILED]"));
}
