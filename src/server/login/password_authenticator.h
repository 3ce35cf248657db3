// Logins with the passwords of the directory database.
#pragma once

#include "async/workers.h"
#include "server/accounts/account_registry.h"
#include "server/login/failed_logins.h"
#include "server/login/login_cache.h"
#include "session/context.h"

namespace postbag::server {

/// Gives the same answer after the same time for an unknown user and for a wrong password. Loop thread only.
class PasswordAuthenticator final : public Authenticator {
 public:
  /// `lookups` reads the database. `hashing` is a separate pool with a bounded queue (Limits::password_queue), so
  /// that neither mail nor other logins wait for hashes. All must outlive this object.
  PasswordAuthenticator(const Limits& limits, const AccountRegistry& registry, async::Workers& lookups,
                        async::Workers& hashing)
      : registry_(registry), lookups_(lookups), hashing_(hashing), failed_(limits) {}

  async::Task<Result<AccountId>> authenticate(std::string user, std::string password, Peer& peer) override;

 private:
  async::Task<Result<bool>> is_right(const std::optional<storage::Account>& account, const std::string& password);
  /// False when the client disconnected before its turn, or the session must end.
  async::Task<bool> wait_for_turn(Peer& peer);

  const AccountRegistry& registry_;
  async::Workers& lookups_;
  async::Workers& hashing_;
  FailedLogins failed_;
  LoginCache cache_;
};

}  // namespace postbag::server
