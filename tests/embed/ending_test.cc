// Sessions that have to end do so soon, whatever their clients still send.

#include <string>

#include "tests/embed/host.h"

using namespace postbag;

namespace {

/// Why a session has to end.
struct Reason {
  const char* name;
  void (*happen)(Server& server);
};

constexpr Reason reasons[] = {
    {"the host disconnects the user", [](Server& server) { server.disconnect("alice"); }},
    {"the account is removed", [](Server& server) { REQUIRE(server.remove_account("alice")); }},
    {"the server stops", [](Server& server) { server.stop(std::chrono::hours(1)); }},
};

/// A server with one client, which is logged in.
struct Fixture {
  Fixture() {
    alice.emplace(host, server);
    REQUIRE(contains(alice->run("LOGIN alice secret"), "t OK"));
  }
  ~Fixture() {
    alice.reset();
    host.stop(server);
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  Host host;
  Server server = started(host);
  std::optional<MemoryClient> alice;
};

constexpr int many = 20'000;

std::string commands(const std::string& command) {
  std::string all;
  for (int i = 0; i < many; ++i) all += command;
  return all;
}

/// What was answered before the goodbye, after which nothing comes.
void check_early_bye(MemoryClient& client, const std::string& last) {
  client.wait_closed();
  const std::string answers = client.read_to("* BYE");
  CHECK_FALSE(contains(answers, last));
}

}  // namespace

TEST_CASE("a session that has to end ends before its next command, however many wait") {
  for (const Reason& reason : reasons) {
    CAPTURE(std::string(reason.name));
    Fixture f;
    f.alice->send(commands("n NOOP\r\n") + "last NOOP\r\n");
    f.alice->read_to("n OK");
    reason.happen(f.server);
    check_early_bye(*f.alice, "last OK");
  }
}

TEST_CASE("a session that has to end does so within a literal of which more and more comes") {
  for (const Reason& reason : reasons) {
    CAPTURE(std::string(reason.name));
    Fixture f;
    f.alice->send("t APPEND INBOX {" + std::to_string(many * 10) + "}\r\n");
    f.alice->read_to("+ ");
    reason.happen(f.server);
    int sent = 0;
    f.host.run_until([&] {
      if (sent < many) f.alice->send(std::string(10, 'x'));
      return ++sent == many || f.alice->is_closed();
    });
    CHECK(sent < many);
    check_early_bye(*f.alice, "t OK");
  }
}
