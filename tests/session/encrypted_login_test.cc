// A client from another machine: what it may do before and after STARTTLS.

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/job.h"
#include "async/loop.h"
#include "async/net/socket.h"
#include "commands/all_commands.h"
#include "core/clock.h"
#include "session/context.h"
#include "session/session.h"
#include "tests/session/passwords_only.h"
#include "tests/unit/tls/certificates.h"
#include "tests/unit/tls/client.h"

using namespace postbag;

namespace {

/// Nobody may log in; who asks with a password is counted. There are keys for SCRAM.
class Everybody final : public test::PasswordsOnly, public Accounts, public Log {
 public:
  sasl::Needs abilities() const override {
    return sasl::needs::password | sasl::needs::keys | sasl::needs::sha1_keys | sasl::needs::token;
  }
  async::Task<Result<Login>> check_password(std::string, const Secret&, Peer&) override {
    ++asked;
    co_return std::unexpected(Error::wrong_password);
  }
  async::Task<Result<std::shared_ptr<Account>>> open(AccountId, const async::Stream&) override {
    co_return std::unexpected(Error::no_such_account);
  }
  void write(const async::Address&, const LogEvent& event) override { log += std::string(event.what) + '\n'; }

  int asked = 0;
  std::string log;
};

/// What the client gets until `end`, in the clear.
std::string received(int fd, std::string_view end) {
  std::string all;
  for (char c = 0; !all.ends_with(end) && ::read(fd, &c, 1) == 1;) all += c;
  return all;
}

void send(int fd, std::string_view bytes) {
  REQUIRE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

/// A session with TLS and a client from another machine, which is a thread that is given its end of the connection.
Everybody after(std::function<void(int fd)> client) {
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  REQUIRE(::fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0);
  std::thread thread([fd = fds[1], client = std::move(client)] { client(fd); });
  Everybody everybody;
  {
    async::Loop loop;
    async::Workers workers(loop, 1, 10);
    tls::CurrentContext current;
    current.set(*tls::Context::make({.certificates = {tls::make_certificate("s", "").pem()}, .client_ca = {}}));
    const TlsService tls{current, workers};
    const Limits limits;
    const AllCommands all;
    const Context context{loop, limits, system_clock(), everybody, everybody, all, everybody, &tls};
    const auto stream = async::make_socket(loop, fds[0], async::Address::ipv4({192, 0, 2, 1}, 40000));
    Session session(context, *stream, TlsBegins::on_request);
    const async::Job job(loop, session.run(), [&](const std::exception_ptr&) { loop.stop(); });
    loop.run();
  }
  thread.join();
  return everybody;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a client from another machine is offered STARTTLS, and its password is taken only after that") {
  std::string greeting;
  std::string before;
  std::string capabilities;
  std::string login;
  const Everybody outcome = after([&](int fd) {
    greeting = received(fd, "\r\n");
    send(fd, "a1 LOGIN alice secret\r\n");
    before = received(fd, "\r\n");
    send(fd, "a2 STARTTLS\r\n");
    CHECK(received(fd, "\r\n").starts_with("a2 OK "));
    const tls::CtxPtr settings(SSL_CTX_new(TLS_client_method()));
    tls::Client client(fd, *settings);
    CHECK(client.connect());
    CHECK(client.write("b1 CAPABILITY\r\n"));
    capabilities = client.read();
    CHECK(client.write("b2 LOGIN alice secret\r\n"));
    login = client.read();
    CHECK(client.write("b3 LOGOUT\r\n"));
    CHECK(has(client.read_all(), "b3 OK"));
  });
  CHECK(has(greeting, " STARTTLS"));
  CHECK(has(greeting, " LOGINDISABLED"));
  CHECK_FALSE(has(greeting, "AUTH="));
  CHECK(has(before, "NO [PRIVACYREQUIRED]"));
  for (const char* name : {" AUTH=SCRAM-SHA-256-PLUS", " AUTH=SCRAM-SHA-256 ", " AUTH=SCRAM-SHA-1", " AUTH=PLAIN"})
    CHECK(has(capabilities, name));
  CHECK_FALSE(has(capabilities, " STARTTLS"));
  CHECK_FALSE(has(capabilities, " LOGINDISABLED"));
  CHECK(has(login, "b2 NO"));
  CHECK(outcome.asked == 1);
  CHECK(outcome.log == "login refused\nlogin failed\n");
}

TEST_CASE("SCRAM shows a client from another machine nothing before STARTTLS") {
  std::string answer;
  const Everybody outcome = after([&](int fd) {
    received(fd, "\r\n");
    send(fd, "a1 AUTHENTICATE SCRAM-SHA-256 biwsbj11c2VyLHI9eA==\r\n");
    answer = received(fd, "\r\n");
    ::close(fd);
  });
  CHECK(has(answer, "NO [PRIVACYREQUIRED]"));
  CHECK(outcome.log == "login refused\n");
}

TEST_CASE("what comes behind STARTTLS is never run, also not as a part of the encrypted session") {
  std::string answers;
  const Everybody outcome = after([&](int fd) {
    received(fd, "\r\n");
    send(fd, "a1 STARTTLS\r\na2 LOGIN mallory secret\r\n");
    answers = received(fd, "no such end");
    ::close(fd);
  });
  CHECK(has(answers, "* BYE "));
  CHECK_FALSE(has(answers, "OK"));
  CHECK(outcome.asked == 0);
}
