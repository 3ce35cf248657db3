// Logins that the host's callback decides.
#pragma once

#include <functional>
#include <memory>

#include "postbag/server.h"
#include "server/host_calls.h"
#include "server/login/logins.h"
#include "server/loop_poster.h"

namespace postbag::server {

/// Loop thread only; the host may decide from any thread. Delays after failures are the host's responsibility.
class HostAuthenticator final : public Logins {
 public:
  using Callback = std::function<void(LoginAttempt, std::function<void(bool)>)>;

  /// All arguments must outlive this object.
  HostAuthenticator(std::shared_ptr<LoopPoster> poster, HostCalls& calls, const Callback& callback,
                    const LoginParts& parts)
      : Logins(parts), poster_(std::move(poster)), calls_(calls), callback_(callback) {}

  sasl::Needs abilities() const override { return sasl::needs::password | Logins::abilities(); }
  /// Error::busy when the callback throws, and for a client that disconnects before the host decides.
  async::Task<Result<Login>> check_password(std::string user, const Secret& password, Peer& peer) override;
  /// Nobody asks: the host has no keys.
  async::Task<Result<sasl::ScramKeys>> find_keys(std::string user, sasl::Hash hash, Peer& peer) override;

 private:
  Result<Login> login_of_user(const std::string& user);
  bool ask(LoginAttempt attempt, std::function<void(bool)> decide);

  std::shared_ptr<LoopPoster> poster_;
  HostCalls& calls_;
  const Callback& callback_;
};

}  // namespace postbag::server
