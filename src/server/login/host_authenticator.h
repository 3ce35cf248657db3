// Logins that the host's callback decides.
#pragma once

#include <functional>
#include <memory>

#include "async/workers.h"
#include "postbag/server.h"
#include "server/accounts/account_registry.h"
#include "server/host_calls.h"
#include "server/loop_poster.h"
#include "session/context.h"

namespace postbag::server {

/// Loop thread only; the host may decide from any thread. Delays after failures are the host's responsibility.
class HostAuthenticator final : public Authenticator {
 public:
  using Callback = std::function<void(LoginAttempt, std::function<void(bool)>)>;

  /// All arguments must outlive this object.
  HostAuthenticator(std::shared_ptr<LoopPoster> poster, HostCalls& calls, const Callback& callback,
                    AccountRegistry& registry, async::Workers& lookups)
      : poster_(std::move(poster)), calls_(calls), callback_(callback), registry_(registry), lookups_(lookups) {}

  /// Error::busy when the callback throws, and for a client that disconnects before the host decides.
  async::Task<Result<AccountId>> authenticate(std::string user, std::string password, Peer& peer) override;

 private:
  bool ask(LoginAttempt attempt, std::function<void(bool)> decide);

  std::shared_ptr<LoopPoster> poster_;
  HostCalls& calls_;
  const Callback& callback_;
  AccountRegistry& registry_;
  async::Workers& lookups_;
};

}  // namespace postbag::server
