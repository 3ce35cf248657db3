// Logins that the host decides by its callback.
#pragma once

#include <functional>
#include <memory>

#include "async/workers.h"
#include "postbag/server.h"
#include "server/account_book.h"
#include "server/loop_door.h"
#include "session/context.h"

namespace postbag::server {

/// Loop thread only; the host may decide from any thread. Delays after failures are the host's affair.
class HostAuthenticator final : public Authenticator {
 public:
  using Callback = std::function<void(LoginAttempt, std::function<void(bool)>)>;

  /// All must outlive this.
  HostAuthenticator(async::Loop& loop, std::shared_ptr<LoopDoor> door, const Callback& callback, AccountBook& book,
                    async::Workers& lookups)
      : loop_(loop), door_(std::move(door)), callback_(callback), book_(book), lookups_(lookups) {}

  async::Task<Result<AccountId>> authenticate(std::string user, std::string password,
                                              const async::Address& peer) override;

 private:
  async::Loop& loop_;
  std::shared_ptr<LoopDoor> door_;
  const Callback& callback_;
  AccountBook& book_;
  async::Workers& lookups_;
};

}  // namespace postbag::server
