// An account that is removed, or moves to another server, while somebody logs in to it.

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "postbag/accounts.h"
#include "postbag/server.h"
#include "tests/embed/contains.h"
#include "tests/embed/running_server.h"
#include "tests/embed/socket_client.h"
#include "tests/embed/sync_gate.h"

using namespace postbag;

namespace {

struct Fixture : RunningServer {
  Fixture() { start_with_erin(); }
  ~Fixture() { sync_gate.open(); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
};

}  // namespace

TEST_CASE("a login that is under way when its account is removed is refused") {
  Fixture f;
  SocketClient other(f.address());
  SocketClient erin(f.address());
  sync_gate.shut();
  REQUIRE(erin.send("t LOGIN erin secret\r\n"));
  sync_gate.open_but_for(sync_gate.await_one());  // her mailboxes are being made
  REQUIRE(f.server->remove_account("erin"));
  REQUIRE(contains(other.run("NOOP"), "t OK"));  // the server's thread knows of it
  sync_gate.open();
  CHECK(contains(erin.read_to("t "), "t NO [AUTHENTICATIONFAILED]"));
}

TEST_CASE("a login that is under way when its account moves is referred, and its connection ends") {
  Fixture f;
  SocketClient erin(f.address());
  sync_gate.shut();
  REQUIRE(erin.send("t LOGIN erin secret\r\n"));
  sync_gate.open_but_for(sync_gate.await_one());  // her mailboxes are being made
  REQUIRE(AccountFile::open(f.directory.path()).value().move("erin", "imap://new.example.org"));
  f.server->disconnect("erin");
  sync_gate.open();
  CHECK(contains(erin.read_to_end(), "t NO [REFERRAL imap://erin;AUTH=*@new.example.org/]"));
  CHECK(contains(SocketClient(f.address()).run("LOGIN erin secret"), "t NO [REFERRAL "));
}
