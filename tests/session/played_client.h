// A session whose client is played by the test: what it says goes in, what the server says comes back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "async/job.h"
#include "async/loop.h"
#include "async/net/stream.h"
#include "commands/all_commands.h"
#include "core/clock.h"
#include "session/account/account.h"
#include "session/context.h"
#include "session/session.h"
#include "tests/session/nobody.h"
#include "tests/session/passwords_only.h"

namespace postbag {

/// The stream of a client on this machine.
class PlayedStream final : public async::Stream {
 public:
  explicit PlayedStream(async::Loop& loop) : Stream(loop, async::Address::ipv4({127, 0, 0, 1}, 40000)) {}

  void say(const std::string& bytes) {
    said_ += bytes;
    if (wanted_ && !said_.empty()) received(std::exchange(said_, {}));
  }
  /// From now on nothing is taken that the server says.
  void turn_deaf() { deaf_ = true; }
  /// What the server says until it has begun a line with `end`.
  std::string listen(const std::string& end) {
    end_ = end;
    while (!has_heard_end()) loop().run();
    end_.clear();
    return std::exchange(heard_, {});
  }

 private:
  bool has_heard_end() const { return !end_.empty() && ("\r\n" + heard_).find("\r\n" + end_) != std::string::npos; }
  std::optional<std::size_t> try_write(std::string_view bytes) override {
    if (deaf_) return 0;
    heard_ += bytes;
    if (has_heard_end()) loop().stop();
    return bytes.size();
  }
  void want_read(bool wanted) override {
    wanted_ = wanted;
    say({});
  }
  void want_write(bool) override {}
  void do_close() override {}

  std::string said_;
  std::string heard_;
  std::string end_;
  bool wanted_ = false;
  bool deaf_ = false;
};

/// Lets everybody in, to the one account.
class OneAccount final : public test::PasswordsOnly, public Accounts {
 public:
  std::shared_ptr<Account> account;

 private:
  async::Task<Result<Login>> check_password(std::string, const Secret&, Peer&) override {
    const Login login{AccountId(1)};
    co_return login;
  }
  async::Task<Result<std::shared_ptr<Account>>> open(AccountId, const async::Stream&) override {
    co_return account;
  }
};

/// A client of an account that lets everybody in. The loop must outlive it; it runs only while the client listens.
class PlayedClient {
 public:
  PlayedClient(async::Loop& loop, std::shared_ptr<Account> account, const Limits& limits = {})
      : loop_(loop), limits_(limits), stream_(loop) {
    accounts_.account = std::move(account);
    stream_.listen("* OK");
  }
  ~PlayedClient() {
    session_.shut_down({"The test is over"});
    await_end();
  }
  PlayedClient(const PlayedClient&) = delete;
  PlayedClient& operator=(const PlayedClient&) = delete;

  /// What the server says to that, until it has begun a line with `end`.
  std::string say(const std::string& bytes, const std::string& end) {
    stream_.say(bytes);
    return stream_.listen(end);
  }
  /// The same for a whole command.
  std::string command(const std::string& text) { return say("a " + text + "\r\n", "a "); }
  /// Says that, and takes nothing of what the server says from then on.
  void say_deaf(const std::string& bytes) {
    stream_.turn_deaf();
    stream_.say(bytes);
  }
  /// Returns when the server has ended the connection.
  void await_end() {
    while (!ended_) loop_.run();
  }

 private:
  async::Loop& loop_;
  OneAccount accounts_;
  const Limits limits_;
  AllCommands commands_;
  test::Nobody log_;
  Context context_{loop_, limits_, system_clock(), accounts_, accounts_, commands_, log_};
  PlayedStream stream_;
  bool ended_ = false;
  Session session_{context_, stream_, TlsBegins::on_request};
  async::Job job_{loop_, session_.run(), [this](const std::exception_ptr&) {
                    ended_ = true;
                    loop_.stop();
                  }};
};

}  // namespace postbag
