#include "server/login/host_authenticator.h"

#include <atomic>
#include <optional>
#include <utility>

#include "server/login/passwords.h"

namespace postbag::server {

namespace {

/// The host's answer on the loop's thread; destroyed when the peer no longer waits for it.
struct Decision {
  explicit Decision(Peer& p) : peer(p) {}
  Peer& peer;
  std::optional<bool> right;
};

/// The host's part of one attempt. The first decision counts, from any thread. Refuses when the last copy is
/// destroyed without a decision.
class Verdict {
 public:
  Verdict(std::shared_ptr<LoopPoster> poster, std::weak_ptr<Decision> waiting)
      : poster_(std::move(poster)), waiting_(std::move(waiting)) {}
  Verdict(const Verdict&) = delete;
  Verdict& operator=(const Verdict&) = delete;
  ~Verdict() { decide(false); }

  void decide(bool right) {
    if (decided_.exchange(true)) return;
    poster_->post([waiting = waiting_, right] {
      const std::shared_ptr<Decision> decision = waiting.lock();
      if (!decision) return;
      decision->right = right;
      decision->peer.wake();
    });
  }

 private:
  std::shared_ptr<LoopPoster> poster_;
  std::weak_ptr<Decision> waiting_;
  std::atomic<bool> decided_ = false;
};

std::function<void(bool)> answer_to(const std::shared_ptr<Decision>& decision, std::shared_ptr<LoopPoster> poster) {
  return [verdict = std::make_shared<Verdict>(std::move(poster), decision)](bool right) { verdict->decide(right); };
}

}  // namespace

bool HostAuthenticator::ask(LoginAttempt attempt, std::function<void(bool)> decide) {
  return calls_.call("authenticate", [&] { callback_(std::move(attempt), std::move(decide)); });
}

async::Task<Result<AccountId>> HostAuthenticator::authenticate(std::string user, std::string password, Peer& peer) {
  const Wiped secret(std::move(password));
  const auto decision = std::make_shared<Decision>(peer);
  bool waits = ask({user, secret.text(), peer.address().text()}, answer_to(decision, poster_));
  while (waits && !decision->right) waits = co_await peer.wait(async::never);
  if (!decision->right) co_return std::unexpected(Error::busy);
  if (!*decision->right) co_return std::unexpected(Error::wrong_password);
  co_return co_await lookups_.least_busy().run([&] { return registry_.find_or_add(user); });
}

}  // namespace postbag::server
