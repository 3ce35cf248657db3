#include "server/login/host_authenticator.h"

#include <utility>

#include "core/wipe.h"
#include "server/login/host_question.h"

namespace postbag::server {

bool HostAuthenticator::ask(LoginAttempt attempt, std::function<void(bool)> decide) {
  return calls_.call("authenticate", [&] { callback_(std::move(attempt), std::move(decide)); });
}

async::Task<Result<Login>> HostAuthenticator::check_password(std::string user, const Secret& password, Peer& peer) {
  const auto decision = std::make_shared<Awaited<bool>>(peer);
  bool waits = ask({user, password.text(), peer.address().text()}, answer_to(decision, poster_));
  while (waits && !decision->answer) waits = co_await peer.wait(async::never);
  if (!decision->answer) co_return std::unexpected(Error::busy);
  if (!*decision->answer) co_return std::unexpected(Error::wrong_password);
  co_return co_await lookups_.least_busy().run([&] { return login_of_user(user); });
}

/// On a worker.
Result<Login> HostAuthenticator::login_of_user(const std::string& user) {
  const Result<AccountId> id = registry_.find_or_add(user);
  if (!id) return std::unexpected(id.error());
  const auto account = registry_.find(*id);
  if (!account) return std::unexpected(Error::wrong_password);  // it was removed meanwhile
  return login_of(*account);
}

async::Task<Result<sasl::ScramKeys>> HostAuthenticator::find_keys(std::string, sasl::Hash, Peer&) {
  co_return std::unexpected(Error::wrong_password);
}

}  // namespace postbag::server
