#include "server/login/logins.h"

#include "core/wipe.h"

namespace postbag::server {

Login Logins::login_of(const storage::Account& account) {
  return {.account = account.id, .is_administrator = account.is_administrator};
}

Login Logins::accept(const Login& login, Peer& peer) {
  failed_.forget(peer.address());
  return login;
}

async::Task<bool> Logins::wait_until(SteadyClock::time_point time, Peer& peer) {
  bool stays = true;
  while (stays && SteadyClock::now() < time) stays = co_await peer.wait(time);
  co_return stays;
}

async::Task<bool> Logins::wait_for_turn(Peer& peer) {
  co_return co_await wait_until(failed_.not_before(peer.address(), SteadyClock::now()), peer);
}

async::Task<Error> Logins::refuse(const std::string& user, SteadyClock::time_point began, Peer& peer) {
  const std::string name = registry_.canonical(user);
  const SteadyClock::time_point until = failed_.count(peer.address(), name, began);
  co_await wait_until(until, peer);
  co_return Error::wrong_password;
}

async::Task<std::optional<storage::Account>> Logins::look_up(const std::string& user) {
  co_return co_await lookups_.least_busy().run([&] { return registry_.find(user); });
}

async::Task<Result<std::string>> Logins::check_token(std::string token, Peer& peer) {
  const Secret secret(std::move(token));
  const bool has_turn = co_await wait_for_turn(peer);
  if (!has_turn || tokens_ == nullptr) co_return std::unexpected(Error::busy);
  const SteadyClock::time_point began = SteadyClock::now();
  const Result<std::optional<std::string>> user = co_await tokens_->user_of(secret.text(), peer);
  if (!user) co_return std::unexpected(user.error());
  if (*user) co_return **user;
  const std::string nobody;  // whose it was meant to be is not known
  const Error error = co_await refuse(nobody, began, peer);
  co_return std::unexpected(error);
}

async::Task<Result<Login>> Logins::finish(std::string user, bool proved, Peer& peer) {
  const SteadyClock::time_point began = SteadyClock::now();
  const std::optional<storage::Account> account = co_await look_up(user);
  if (proved && account) co_return accept(login_of(*account), peer);
  const Error error = co_await refuse(user, began, peer);
  co_return std::unexpected(error);
}

async::Task<Result<Login>> Logins::act_as(Login login, std::string user) {
  const std::optional<storage::Account> account = co_await look_up(user);
  if (account && account->id == login.account) co_return login;
  if (!account || !login.is_administrator) co_return std::unexpected(Error::not_permitted);
  co_return login_of(*account);
}

}  // namespace postbag::server
