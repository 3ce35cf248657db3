#include "server/login/password_authenticator.h"

#include <chrono>

#include "server/login/passwords.h"

namespace postbag::server {

namespace {
using SteadyClock = std::chrono::steady_clock;
}

async::Task<Result<AccountId>> PasswordAuthenticator::authenticate(std::string user, std::string password,
                                                                   Peer& peer) {
  const Wiped secret(std::move(password));
  const bool has_turn = co_await wait_for_turn(peer);
  if (!has_turn) co_return std::unexpected(Error::busy);
  const std::optional<storage::Account> account =
      co_await lookups_.least_busy().run([&] { return registry_.find(user); });
  const Result<bool> right = co_await is_right(account, secret.text());
  if (!right) co_return std::unexpected(right.error());
  if (*right) {
    failed_.forget(peer.address());
    co_return account->id;
  }
  failed_.count(peer.address(), SteadyClock::now());
  co_await wait_for_turn(peer);
  co_return std::unexpected(Error::wrong_password);
}

async::Task<Result<bool>> PasswordAuthenticator::is_right(const std::optional<storage::Account>& account,
                                                          const std::string& password) {
  const std::string_view hash = account ? std::string_view(account->password_hash) : no_password;
  if (account && cache_.knows(account->id, hash, password, SteadyClock::now())) co_return true;
  const Result<bool> right =
      co_await hashing_.least_busy().try_run([&] { return verify_password(hash, password); });
  if (right == true && account) cache_.remember(account->id, hash, password, SteadyClock::now());
  co_return right;
}

async::Task<bool> PasswordAuthenticator::wait_for_turn(Peer& peer) {
  const SteadyClock::time_point turn = failed_.not_before(peer.address(), SteadyClock::now());
  bool stays = true;
  while (stays && SteadyClock::now() < turn) stays = co_await peer.wait(turn);
  co_return stays;
}

}  // namespace postbag::server
