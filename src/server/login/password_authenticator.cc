#include "server/login/password_authenticator.h"

#include <chrono>

#include "server/login/passwords.h"
#include "session/session.h"

namespace postbag::server {

namespace {
using SteadyClock = std::chrono::steady_clock;
}

async::Task<Result<AccountId>> PasswordAuthenticator::authenticate(std::string user, std::string password,
                                                                   Session& session) {
  const Wiped secret(std::move(password));
  const async::Address& peer = session.stream().peer();
  const bool has_turn = co_await wait_for_turn(session);
  if (!has_turn) co_return std::unexpected(Error::busy);
  const std::optional<storage::Account> account =
      co_await lookups_.least_busy().run([&] { return registry_.find(user); });
  const Result<bool> right = co_await is_right(account, secret.text());
  if (!right) co_return std::unexpected(right.error());
  if (*right) {
    failed_.forget(peer);
    co_return account->id;
  }
  failed_.count(peer, SteadyClock::now());
  co_await wait_for_turn(session);
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

async::Task<bool> PasswordAuthenticator::wait_for_turn(Session& session) {
  const SteadyClock::time_point turn = failed_.not_before(session.stream().peer(), SteadyClock::now());
  bool stays = true;
  while (stays && SteadyClock::now() < turn) stays = co_await session.wait(turn);
  co_return stays;
}

}  // namespace postbag::server
