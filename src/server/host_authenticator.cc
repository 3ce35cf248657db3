#include "server/host_authenticator.h"

#include <optional>

#include "async/signal.h"
#include "server/passwords.h"

namespace postbag::server {

namespace {

/// What the host's answer becomes on the loop's thread; gone when the session does not wait for it any more.
struct Decision {
  explicit Decision(async::Loop& loop) : made(loop) {}
  async::Signal made;
  bool right = false;
};

std::function<void(bool)> answer_to(const std::shared_ptr<Decision>& decision, std::shared_ptr<LoopDoor> door) {
  return [weak = std::weak_ptr(decision), door = std::move(door)](bool right) {
    door->post([weak, right] {
      const std::shared_ptr<Decision> waiting = weak.lock();
      if (!waiting) return;
      waiting->right = right;
      waiting->made.set();
    });
  };
}

}  // namespace

async::Task<Result<AccountId>> HostAuthenticator::authenticate(std::string user, std::string password,
                                                               const async::Address& peer) {
  const Wiped secret(std::move(password));
  const auto decision = std::make_shared<Decision>(loop_);
  callback_(LoginAttempt{user, secret.text(), peer.text()}, answer_to(decision, door_));
  co_await decision->made.wait();
  if (!decision->right) co_return std::unexpected(Error::wrong_password);
  co_return co_await lookups_.least_busy().run([&] { return book_.find_or_add(user); });
}

}  // namespace postbag::server
