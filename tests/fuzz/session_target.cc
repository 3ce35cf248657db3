// Fuzz target: framer, parser and sessions together, over mail in memory. The input is a script of steps, each a
// line; after each of them the server comes to rest.
//
//     1 TEXT  client 1, of 0 to 2, says the text and CRLF        -1       it leaves and comes anew
//     1-TEXT  it says only the text                              !1       it says no more, but listens
//     1_TEXT  it says the text and LF                            ~1       the server wants it to go
//     @bTEXT  a message comes for bert; any other letter: anna   v1a      it takes 97 more bytes of what is said
//     +3      time passes: see `pauses`                          ^1       it listens again
//
// What must hold: every response is one by the grammar; nobody hears a word of another's message, unless somebody
// said it; a client that left has a session no more; the server comes to rest after each step.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <uv.h>

#include "async/job.h"
#include "async/loop.h"
#include "async/workers.h"
#include "commands/all_commands.h"
#include "core/limits.h"
#include "input.h"
#include "tests/fuzz/world/client.h"
#include "tests/fuzz/world/mail.h"
#include "tests/fuzz/world/time_of_run.h"
#include "tests/fuzz/world/users.h"

std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
  return postbag::fuzz::time_of_run().look();
}

using namespace postbag;
using fuzz::require;
using std::chrono::seconds;

namespace {

constexpr std::array<std::string_view, 2> markers{"anna-1b6f0c9e57", "bert-84da2e7731"};
constexpr std::array<seconds, 6> pauses{seconds{1},      seconds{20},      seconds{90},
                                        seconds{6 * 60}, seconds{33 * 60}, std::chrono::days{2}};

Limits small_limits() {
  Limits limits;
  limits.message = 4096;
  limits.append_messages = 10;
  limits.append_bytes = 8192;
  limits.mailboxes = 12;
  limits.keywords = 6;
  limits.keyword_length = 20;
  limits.search_keys = 40;
  limits.search_updates = 3;
  limits.notify_mailboxes = 8;
  limits.output_queue = 2048;
  return limits;
}

class World {
 public:
  World() {
    for (std::size_t i = 0; i < mail_.size(); ++i) users_.accounts.at(i) = mail_.at(i).account();
  }
  ~World() {
    for (std::size_t i = 0; i < clients_.size(); ++i) let_go(i);
    for (fuzz::UserMail& mail : mail_) jobs_.start(mail.account()->close(), {});
    settle();
    require(jobs_.size() == 0, "the accounts are closed");
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void step(std::string_view line) {
    if (line.size() < 2) return;
    const char what = line[0], who = line[1];
    const std::string_view text = line.substr(2);
    if (is_client(what)) say(index(what), who, text);
    if (what == '@') deliver(who == 'b' ? 1 : 0, text);
    if (what == '+') pass_time(pauses.at(static_cast<unsigned char>(who) % pauses.size()));
    if (is_client(who) && clients_.at(index(who))) change(index(who), what, text);
    settle();
  }

 private:
  static bool is_client(char c) { return c >= '0' && c <= '2'; }
  static std::size_t index(char c) { return static_cast<std::size_t>(c - '0'); }

  /// Whoever has no connection gets one.
  fuzz::Client& client(std::size_t i) {
    auto& client = clients_.at(i);
    if (!client || client->has_ended()) {
      client.emplace(context_, [this](std::string_view user, std::string_view said) { check(user, said); });
      settle();
    }
    return *client;
  }
  void say(std::size_t i, char how, std::string_view text) {
    const std::string_view end = how == ' ' ? "\r\n" : how == '_' ? "\n" : "";
    said_.at(i) += text;
    client(i).wire().say(std::string(text) + std::string(end));
  }
  void deliver(std::size_t i, std::string_view words) {
    said_.back() += words;
    jobs_.start(mail_.at(i).deliver(std::string(words)), {});
  }
  void pass_time(seconds pause) {
    fuzz::time_of_run().move(pause);
    loop_.timers().fire_due(fuzz::time_of_run().now());
  }
  void change(std::size_t i, char what, std::string_view text) {
    fuzz::Client& client = *clients_.at(i);
    if (what == '-') cut_off(i);
    if (what == '!') client.wire().leave();
    if (what == '~') client.session().shut_down({"The server goes"}, async::in(seconds{1}));
    if (what == 'v') client.wire().listen(text.empty() ? 0 : static_cast<unsigned char>(text.front()));
    if (what == '^') client.wire().listen_on();
  }
  void cut_off(std::size_t i) {
    clients_.at(i)->wire().close();
    settle();
    require(clients_.at(i)->has_ended(), "a session ends when its client has gone");
  }
  /// The client says its end and hears all that is left.
  void let_go(std::size_t i) {
    if (!clients_.at(i)) return;
    fuzz::Client& client = *clients_.at(i);
    client.wire().listen_on();
    client.wire().leave();
    settle();
    if (!client.has_ended()) pass_time(pauses.back());
    settle();
    require(client.has_ended(), "a session ends when its client has left");
    clients_.at(i).reset();
  }

  /// Until nothing is left to do but to wait.
  void settle() {
    constexpr int most_rounds = 20'000;
    for (int round = 0, quiet = 0; quiet < 2; ++round) {
      require(round < most_rounds, "the server comes to rest");
      uv_run(loop_.uv(), UV_RUN_NOWAIT);
      loop_.timers().fire_due(fuzz::time_of_run().now());
      quiet = uv_backend_timeout(loop_.uv()) == 0 ? 0 : quiet + 1;
    }
  }

  void check(std::string_view user, std::string_view said) const {
    const auto own = fuzz::Users::account_of(user);
    require(own.has_value() || user.empty(), "a user's name");
    for (std::size_t i = 0; i < markers.size(); ++i)
      if (i != own && said.contains(markers.at(i)))
        require(was_said(markers.at(i)), "another's message is not seen");
  }
  bool was_said(std::string_view marker) const {
    return std::ranges::any_of(said_, [&](const std::string& said) { return said.contains(marker); });
  }

  const Limits limits_ = small_limits();
  const fuzz::DayClock clock_;
  const AllCommands commands_;
  async::Loop loop_;
  async::Worker worker_{loop_, false, 8};
  std::array<fuzz::UserMail, 2> mail_{fuzz::UserMail{loop_, worker_, AccountId(1), markers[0], clock_, limits_},
                                      fuzz::UserMail{loop_, worker_, AccountId(2), markers[1], clock_, limits_}};
  fuzz::Users users_;
  async::Jobs jobs_{loop_};
  const Context context_{loop_, limits_, clock_, users_, users_, commands_, users_};
  std::array<std::string, 4> said_;  ///< by each client, whoever it was; and in messages that came
  std::array<std::optional<fuzz::Client>, 3> clients_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int most_steps = 300;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  fuzz::time_of_run().begin_again();
  World world;
  for (int steps = 0; !rest.empty() && steps < most_steps; ++steps) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    world.step(line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return 0;
}
