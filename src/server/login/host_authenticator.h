// Logins that the host decides by its callback.
#pragma once

#include <functional>
#include <memory>

#include "async/workers.h"
#include "postbag/server.h"
#include "server/accounts/account_book.h"
#include "server/host_calls.h"
#include "server/loop_door.h"
#include "session/context.h"

namespace postbag::server {

/// Loop thread only; the host may decide from any thread. Delays after failures are the host's affair.
class HostAuthenticator final : public Authenticator {
 public:
  using Callback = std::function<void(LoginAttempt, std::function<void(bool)>)>;

  /// All must outlive this.
  HostAuthenticator(std::shared_ptr<LoopDoor> door, HostCalls& calls, const Callback& callback, AccountBook& book,
                    async::Workers& lookups)
      : door_(std::move(door)), calls_(calls), callback_(callback), book_(book), lookups_(lookups) {}

  /// Error::busy when the callback throws, and for who goes before the host decides.
  async::Task<Result<AccountId>> authenticate(std::string user, std::string password, Session& session) override;

 private:
  bool ask(LoginAttempt attempt, std::function<void(bool)> decide);

  std::shared_ptr<LoopDoor> door_;
  HostCalls& calls_;
  const Callback& callback_;
  AccountBook& book_;
  async::Workers& lookups_;
};

}  // namespace postbag::server
