// What all ways to log in share: delays after failures, and which account somebody is.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "async/workers.h"
#include "server/accounts/account_registry.h"
#include "server/login/failed_logins.h"
#include "server/login/tokens.h"
#include "server/login/turns.h"
#include "session/context.h"

namespace postbag::server {

/// All must outlive what is made of them.
struct LoginParts {
  const Limits& limits;
  AccountRegistry& registry;
  async::Workers& lookups;  ///< read the database
  Tokens* tokens;           ///< null: tokens are not accepted
  std::string token_scope;
};

/// Loop thread only.
class Logins : public Authenticator {
 public:
  explicit Logins(const LoginParts& parts)
      : registry_(parts.registry),
        lookups_(parts.lookups),
        failed_(parts.limits),
        tokens_(parts.tokens),
        token_scope_(parts.token_scope) {}

  sasl::Needs abilities() const override { return tokens_ == nullptr ? sasl::Needs{0} : sasl::needs::token; }
  std::string oauth_scope() const override { return token_scope_; }
  async::Task<Result<std::string>> check_token(const Secret& token, Peer& peer) override;
  async::Task<Result<Login>> finish(std::string user, bool proved, Peer& peer) override;
  async::Task<Result<Login>> act_as(Login login, std::string user) override;
  async::Task<std::string> moved_to(AccountId account) override;

 protected:
  using SteadyClock = std::chrono::steady_clock;

  static Login login_of(const storage::Account& account);
  /// A check that may begin, since when; from an address that has failed it is the only one, as long as it has the
  /// turn.
  struct Check {
    Turns::Turn turn;
    SteadyClock::time_point began;
  };
  /// Nothing when the client disconnected before its turn, or the session must end.
  async::Task<std::optional<Check>> wait_for_turn(Peer& peer);
  /// Counts a failure, gives the turn back, and yields Error::wrong_password when it may be answered.
  async::Task<Error> refuse(const std::string& user, Check& check, Peer& peer);
  /// A login that succeeded.
  Login accept(const Login& login, Peer& peer);
  async::Task<std::optional<storage::Account>> look_up(const std::string& user);

  AccountRegistry& registry_;
  async::Workers& lookups_;

 private:
  static async::Task<bool> wait_until(SteadyClock::time_point time, Peer& peer);

  FailedLogins failed_;
  Turns turns_;
  Tokens* const tokens_;
  const std::string token_scope_;
};

}  // namespace postbag::server
