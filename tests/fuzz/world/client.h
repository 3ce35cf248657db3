// A client of the session target, and the session that answers it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "async/job.h"
#include "async/net/stream.h"
#include "session/context.h"
#include "session/session.h"
#include "tests/fuzz/world/hearing.h"

namespace postbag::fuzz {

/// The client's end of a connection from this machine.
class Wire final : public async::Stream {
 public:
  Wire(async::Loop& loop, std::function<void(std::string_view)> check)
      : Stream(loop, async::Address::ipv4({127, 0, 0, 1}, 40000)), hearing_(std::move(check)) {}

  void say(std::string_view bytes) {
    if (left_) return;
    said_ += hearing_.said(bytes);
    give();
  }
  /// It says no more, but listens.
  void leave() {
    if (std::exchange(left_, true)) return;
    noticed_end();
    give();
  }
  /// It takes `bytes` more of what the server says.
  void listen(std::size_t bytes) {
    room_ = bytes;
    if (room_ > 0) became_writable();
  }
  void listen_on() { listen(std::numeric_limits<std::size_t>::max()); }
  /// What is left of a response.
  const std::string& pending() const { return hearing_.pending(); }
  /// It heard more than it can bear and went.
  bool is_deaf() const { return heard_ > most_heard; }

 private:
  static constexpr std::size_t most_heard = std::size_t{1} << 20;

  void give() {
    if (wanted_ && !said_.empty()) received(std::exchange(said_, {}));
    if (left_ && said_.empty()) received_end();
  }
  std::optional<std::size_t> try_write(std::string_view bytes) override {
    if (is_deaf()) return std::nullopt;
    if (hearing_.is_compressed() && room_ < bytes.size()) return 0;
    const std::string_view taken = bytes.substr(0, room_);
    if (room_ != std::numeric_limits<std::size_t>::max()) room_ -= taken.size();
    heard_ += taken.size();
    hearing_.hear(taken);
    return taken.size();
  }
  void want_read(bool wanted) override {
    wanted_ = wanted;
    give();
  }
  void want_write(bool) override {}
  void do_close() override {}

  Hearing hearing_;
  std::string said_;  ///< and not read yet
  std::size_t room_ = std::numeric_limits<std::size_t>::max();
  std::size_t heard_ = 0;
  bool wanted_ = false;
  bool left_ = false;
};

class Client {
 public:
  /// `check` is given each response, and as whom the client is logged in.
  using Check = std::function<void(std::string_view user, std::string_view response)>;

  Client(const Context& context, Check check)
      : wire_(context.loop,
              [this, check = std::move(check)](std::string_view response) { check(session_.user(), response); }),
        session_(context, wire_, TlsBegins::on_request),
        job_(context.loop, session_.run(), [this](const std::exception_ptr& error) {
          ended_ = true;
          require(!error, "a session ends without an exception");
        }) {}

  Wire& wire() { return wire_; }
  Session& session() { return session_; }
  bool has_ended() const { return ended_; }

 private:
  Wire wire_;
  Session session_;
  bool ended_ = false;
  async::Job job_;
};

}  // namespace postbag::fuzz
