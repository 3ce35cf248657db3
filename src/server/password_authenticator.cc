#include "server/password_authenticator.h"

#include <chrono>

#include "async/signal.h"
#include "server/passwords.h"

namespace postbag::server {

namespace {
using SteadyClock = std::chrono::steady_clock;
}

async::Task<Result<AccountId>> PasswordAuthenticator::authenticate(std::string user, std::string password,
                                                                   const async::Address& peer) {
  const Wiped secret(std::move(password));
  co_await wait_for_turn(peer);
  const std::optional<storage::Account> account =
      co_await lookups_.least_busy().run([&] { return book_.find(user); });
  const Result<bool> right = co_await is_right(account, secret.text());
  if (!right) co_return std::unexpected(right.error());
  if (*right) {
    failed_.forget(peer);
    co_return account->id;
  }
  failed_.count(peer, SteadyClock::now());
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

async::Task<void> PasswordAuthenticator::wait_for_turn(const async::Address& peer) {
  const SteadyClock::time_point now = SteadyClock::now();
  const SteadyClock::time_point turn = failed_.not_before(peer, now);
  if (turn <= now) co_return;
  async::Signal nobody_sets(loop_);
  co_await nobody_sets.wait(turn);
}

}  // namespace postbag::server
