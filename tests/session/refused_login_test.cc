// Passwords that would cross a network in the clear are refused and logged; a password that is not looked at is no
// failure.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "async/job.h"
#include "async/loop.h"
#include "async/net/stream.h"
#include "commands/all_commands.h"
#include "core/clock.h"
#include "session/context.h"
#include "session/session.h"
#include "tests/session/nobody.h"
#include "tests/session/passwords_only.h"

using namespace postbag;

namespace {

const async::Address far_away = async::Address::ipv4({192, 0, 2, 1}, 40000);
const async::Address this_machine = async::Address::ipv4({127, 0, 0, 1}, 40000);

/// A client from another machine, all of whose commands have arrived from the beginning.
class FarStream final : public async::Stream {
 public:
  FarStream(async::Loop& loop, std::string_view commands, const async::Address& from = far_away)
      : Stream(loop, from), commands_(commands) {}
  std::string got;

 private:
  std::optional<std::size_t> try_write(std::string_view bytes) override {
    got += bytes;
    return bytes.size();
  }
  void want_read(bool wanted) override {
    if (!wanted || commands_.empty()) return;
    received(std::exchange(commands_, {}));
    received_end();
  }
  void want_write(bool) override {}
  void do_close() override {}

  std::string commands_;
};

/// Is not to be asked.
class Unasked final : public test::PasswordsOnly {
 public:
  async::Task<Result<Login>> check_password(std::string, const Secret&, Peer&) override {
    FAIL("asked for a password that was not to be taken");
    co_return std::unexpected(Error::wrong_password);
  }
};

/// Too many wait for their passwords to be checked.
class Busy final : public test::PasswordsOnly {
 public:
  async::Task<Result<Login>> check_password(std::string, const Secret&, Peer&) override {
    co_return std::unexpected(Error::busy);
  }
};

class KeptLog final : public Log {
 public:
  void write(const async::Address& peer, const LogEvent& event) override {
    text += peer.text() + ' ' + std::string(event.what) + " user=" + std::string(event.user) + '\n';
  }
  std::string text;
};

/// The answer to a client from another machine, and the log lines about it.
struct Outcome {
  std::string answer;
  std::string log;
};

Outcome after(std::string_view commands, Authenticator& authenticator, const async::Address& from) {
  async::Loop loop;
  const Limits limits;
  test::Nobody nobody;
  const AllCommands all;
  KeptLog log;
  const Context context{loop, limits, system_clock(), authenticator, nobody, all, log};
  FarStream stream(loop, commands, from);
  Session session(context, stream, TlsBegins::on_request);
  const async::Job job(loop, session.run(), [&](const std::exception_ptr&) { loop.stop(); });
  loop.run();
  return {stream.got, log.text};
}

Outcome after(std::string_view commands) {
  Unasked unasked;
  return after(commands, unasked, far_away);
}

constexpr auto refused = "NO [PRIVACYREQUIRED]";

}  // namespace

TEST_CASE("LOGIN without encryption is refused and logged, with the name as far as it is known") {
  Outcome outcome = after("a LOGIN alice secret\r\n");
  CHECK(outcome.answer.find(refused) != std::string::npos);
  CHECK(outcome.log == "192.0.2.1:40000 login refused user=alice\n");
  outcome = after("a LOGIN {5}\r\n");
  CHECK(outcome.answer.find(refused) != std::string::npos);
  CHECK(outcome.log == "192.0.2.1:40000 login refused user=\n");
}

TEST_CASE("a client that goes on nevertheless is disconnected, so that it cannot fill the log") {
  const std::string one_by_one = "a LOGIN alice secret\r\nb AUTHENTICATE PLAIN\r\nc LOGIN {5}\r\n";
  std::string many;
  for (int i = 0; i < 100; ++i) many += one_by_one;
  const Outcome outcome = after(many);
  CHECK(outcome.answer.find("* BYE") != std::string::npos);
  CHECK(std::ranges::count(outcome.log, '\n') == static_cast<std::ptrdiff_t>(Limits{}.failed_logins));
}

TEST_CASE("AUTHENTICATE PLAIN without encryption is refused and logged") {
  const Outcome outcome = after("a AUTHENTICATE PLAIN\r\n");
  CHECK(outcome.answer.find(refused) != std::string::npos);
  CHECK(outcome.log == "192.0.2.1:40000 login refused user=\n");
}

TEST_CASE("an empty password fails before anybody is asked whether it is right") {
  Unasked unasked;
  for (const std::string_view command : {"a LOGIN alice \"\"\r\n", "a AUTHENTICATE PLAIN AGFsaWNlAA==\r\n"}) {
    const Outcome outcome = after(command, unasked, this_machine);
    CHECK(outcome.answer.find("a NO [AUTHENTICATIONFAILED]") != std::string::npos);
    CHECK(outcome.log == "127.0.0.1:40000 login failed user=alice\n");
  }
}

TEST_CASE("who comes while too many passwords are checked has not failed: no such line in the log, and no end") {
  Busy busy;
  std::string many;
  for (std::size_t i = 0; i < 2 * Limits{}.failed_logins; ++i) many += "a LOGIN alice secret\r\n";
  const Outcome outcome = after(many + "z NOOP\r\n", busy, this_machine);
  CHECK(outcome.answer.find("z OK") != std::string::npos);
  CHECK(outcome.log.starts_with("127.0.0.1:40000 login put off user=alice\n"));
  CHECK(outcome.log.find("failed") == std::string::npos);
}
