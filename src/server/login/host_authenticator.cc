#include "server/login/host_authenticator.h"

#include <atomic>
#include <optional>
#include <utility>

#include "server/login/passwords.h"
#include "session/session.h"

namespace postbag::server {

namespace {

/// What the host's answer becomes on the loop's thread; gone when the session does not wait for it any more.
struct Decision {
  explicit Decision(Session& s) : session(s) {}
  Session& session;
  std::optional<bool> right;
};

/// What the host holds of one attempt. Its first word counts, from any thread; without one, who lets go of the last
/// copy refuses.
class Verdict {
 public:
  Verdict(std::shared_ptr<LoopDoor> door, std::weak_ptr<Decision> waiting)
      : door_(std::move(door)), waiting_(std::move(waiting)) {}
  Verdict(const Verdict&) = delete;
  Verdict& operator=(const Verdict&) = delete;
  ~Verdict() { say(false); }

  void say(bool right) {
    if (said_.exchange(true)) return;
    door_->post([waiting = waiting_, right] {
      const std::shared_ptr<Decision> decision = waiting.lock();
      if (!decision) return;
      decision->right = right;
      decision->session.wake();
    });
  }

 private:
  std::shared_ptr<LoopDoor> door_;
  std::weak_ptr<Decision> waiting_;
  std::atomic<bool> said_ = false;
};

std::function<void(bool)> answer_to(const std::shared_ptr<Decision>& decision, std::shared_ptr<LoopDoor> door) {
  return [verdict = std::make_shared<Verdict>(std::move(door), decision)](bool right) { verdict->say(right); };
}

}  // namespace

bool HostAuthenticator::ask(LoginAttempt attempt, std::function<void(bool)> decide) {
  return calls_.call("authenticate", [&] { callback_(std::move(attempt), std::move(decide)); });
}

async::Task<Result<AccountId>> HostAuthenticator::authenticate(std::string user, std::string password,
                                                               Session& session) {
  const Wiped secret(std::move(password));
  const auto decision = std::make_shared<Decision>(session);
  bool waits = ask({user, secret.text(), session.stream().peer().text()}, answer_to(decision, door_));
  while (waits && !decision->right) waits = co_await session.wait(async::never);
  if (!decision->right) co_return std::unexpected(Error::busy);
  if (!*decision->right) co_return std::unexpected(Error::wrong_password);
  co_return co_await lookups_.least_busy().run([&] { return book_.find_or_add(user); });
}

}  // namespace postbag::server
