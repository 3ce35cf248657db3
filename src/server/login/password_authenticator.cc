#include "server/login/password_authenticator.h"

#include <new>

#include "core/wipe.h"
#include "server/login/passwords/app_passwords.h"
#include "server/login/passwords/credentials.h"
#include "server/login/passwords/passwords.h"
#include "storage/errors.h"

namespace postbag::server {

namespace {

/// Nothing when there is no memory for it: then nobody knows whether it is right.
std::optional<bool> verified(std::string_view hash, std::string_view password) {
  try {
    return verify_password(hash, password);
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

/// All that can go wrong may: the next login tries again.
void store_completed(AccountRegistry& registry, const storage::Account& account, std::string_view password,
                     bool with_sha1) {
  try {
    const std::string user = registry.canonical(account.name);
    const auto whole = completed(account.credentials, {registry.secret(), user}, password, with_sha1);
    if (whole) registry.replace_credentials(account.id, account.credentials, *whole);
  } catch (const storage::Broken&) {
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace

sasl::Needs PasswordAuthenticator::abilities() const {
  return Logins::abilities() | sasl::needs::password | scram_;
}

async::Task<Result<Login>> PasswordAuthenticator::check_password(std::string user, const Secret& password,
                                                                 Peer& peer) {
  std::optional<Check> check = co_await wait_for_turn(peer);
  if (!check) co_return std::unexpected(Error::busy);
  const std::optional<storage::Account> account = co_await look_up(user);
  if (is_app_password(password.text())) {
    const std::optional<Login> login = co_await app_login(account, password.text());
    if (login) co_return accept(*login, peer);
  }
  const Result<bool> right = co_await is_right(account, password.text());
  if (!right) co_return std::unexpected(right.error());
  if (*right) co_return accept(login_of(*account), peer);
  const Error error = co_await refuse(user, *check, peer);
  co_return std::unexpected(error);
}

/// Whoever has only an application's password is no administrator.
async::Task<std::optional<Login>> PasswordAuthenticator::app_login(const std::optional<storage::Account>& account,
                                                                   const std::string& password) {
  std::optional<Login> login;
  if (!account) co_return login;
  const std::vector<storage::AppPassword> all =
      co_await lookups_.least_busy().run([&] { return registry_.app_passwords(account->id); });
  const auto found = matching(all, account->id, password);
  if (found) login = Login{.account = account->id, .read_only = found->read_only};
  co_return login;
}

async::Task<Result<bool>> PasswordAuthenticator::is_right(const std::optional<storage::Account>& account,
                                                          const std::string& password) {
  const std::string_view hash = account ? std::string_view(account->credentials.password_hash) : no_password;
  if (account && cache_.knows(account->id, hash, password, SteadyClock::now())) co_return true;
  const auto right = co_await hashing_.least_busy().try_run([&] { return verified(hash, password); });
  if (!right) co_return std::unexpected(right.error());
  if (!*right) co_return std::unexpected(Error::busy);
  if (!account || !**right) co_return false;
  cache_.remember(account->id, hash, password, SteadyClock::now());
  co_await complete(*account, password);
  co_return true;
}

async::Task<void> PasswordAuthenticator::complete(const storage::Account& account, const std::string& password) {
  const bool with_sha1 = (scram_ & sasl::needs::sha1_keys) != 0;
  static_cast<void>(
      co_await hashing_.least_busy().try_run([&] { store_completed(registry_, account, password, with_sha1); }));
}

async::Task<Result<sasl::ScramKeys>> PasswordAuthenticator::find_keys(std::string user, sasl::Hash hash,
                                                                      Peer& peer) {
  const std::optional<Check> check = co_await wait_for_turn(peer);
  if (!check) co_return std::unexpected(Error::busy);
  const std::optional<storage::Account> account = co_await look_up(user);
  const auto keys = account ? stored_keys(account->credentials, hash) : std::nullopt;
  if (keys) co_return *keys;
  const std::string canonical = registry_.canonical(user);
  co_return made_up_keys({registry_.secret(), canonical}, hash);
}

}  // namespace postbag::server
