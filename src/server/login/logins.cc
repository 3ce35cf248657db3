#include "server/login/logins.h"

#include "core/wipe.h"

namespace postbag::server {

Login Logins::login_of(const storage::Account& account) {
  return {.account = account.id, .is_administrator = account.is_administrator};
}

Login Logins::accept(const Login& login, Peer& peer) {
  failed_.forgive(peer.address(), SteadyClock::now());
  return login;
}

async::Task<bool> Logins::wait_until(SteadyClock::time_point time, Peer& peer) {
  bool stays = true;
  while (stays && SteadyClock::now() < time) stays = co_await peer.wait(time);
  co_return stays;
}

/// Asks again whenever it wakes: another one of the address may have failed meanwhile.
async::Task<std::optional<Logins::Check>> Logins::wait_for_turn(Peer& peer) {
  const async::Address network = peer.address().network();
  const Turns::Waiting waiting(turns_, peer);
  std::optional<Check> check;
  for (bool stays = true; stays && !check;) {
    const SteadyClock::time_point now = SteadyClock::now(), time = failed_.not_before(peer.address(), now);
    const bool alone = failed_.has_failed(peer.address(), now);
    if (time > now)
      stays = co_await peer.wait(time);
    else if (alone && turns_.is_taken(network))
      stays = co_await peer.wait(async::never);
    else
      check.emplace(alone ? Turns::Turn(turns_, network) : Turns::Turn(), now);
  }
  co_return check;
}

async::Task<Error> Logins::refuse(const std::string& user, Check& check, Peer& peer) {
  const std::string name = registry_.canonical(user);
  const SteadyClock::time_point until = failed_.count(peer.address(), name, check.began);
  check.turn.give_back();
  co_await wait_until(until, peer);
  co_return Error::wrong_password;
}

async::Task<std::optional<storage::Account>> Logins::look_up(const std::string& user) {
  co_return co_await lookups_.least_busy().run([&] { return registry_.find(user); });
}

async::Task<Result<std::string>> Logins::check_token(const Secret& token, Peer& peer) {
  std::optional<Check> check = co_await wait_for_turn(peer);
  if (!check || tokens_ == nullptr) co_return std::unexpected(Error::busy);
  const Result<std::optional<std::string>> user = co_await tokens_->user_of(token.text(), peer);
  if (!user) co_return std::unexpected(user.error());
  if (*user) co_return **user;
  const std::string nobody;  // whose it was meant to be is not known
  const Error error = co_await refuse(nobody, *check, peer);
  co_return std::unexpected(error);
}

/// A proof also waits for its turn: those of one address may all have asked for their keys at the same moment.
async::Task<Result<Login>> Logins::finish(std::string user, bool proved, Peer& peer) {
  std::optional<Check> check = co_await wait_for_turn(peer);
  if (!check) co_return std::unexpected(Error::busy);
  const std::optional<storage::Account> account = co_await look_up(user);
  if (proved && account) co_return accept(login_of(*account), peer);
  const Error error = co_await refuse(user, *check, peer);
  co_return std::unexpected(error);
}

async::Task<Result<Login>> Logins::act_as(Login login, std::string user) {
  const std::optional<storage::Account> account = co_await look_up(user);
  if (account && account->id == login.account) co_return login;
  if (!account || !login.is_administrator) co_return std::unexpected(Error::not_permitted);
  Login acting = login_of(*account);
  acting.actor = login.account;
  co_return acting;
}

async::Task<std::string> Logins::moved_to(AccountId account) {
  co_return co_await lookups_.least_busy().run([&] {
    const std::optional<storage::Account> found = registry_.find(account);
    return found ? found->moved_to : std::string();
  });
}

}  // namespace postbag::server
