// One AUTH on the socket of mail servers: a SASL exchange on behalf of a client of theirs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "async/deadline.h"
#include "async/signal.h"
#include "core/wipe.h"
#include "protocol/auth_socket/lines.h"
#include "server/accounts/account_registry.h"
#include "session/context.h"
#include "session/login/authentication.h"
#include "session/peer.h"

namespace postbag::server {

/// Whose requests these are is what the asker says: the delays of logins count by the address that it names, and
/// the log names that. Loop thread only.
class AuthRequest final : public Peer, public Responder {
 public:
  /// Takes a line to send. Must not throw.
  using Send = std::function<void(std::string line)>;

  /// `context` and `registry` must outlive it.
  AuthRequest(const Context& context, const AccountRegistry& registry, auth_socket::Auth asked, Send send);

  /// Sends the answer, if there is still somebody who waits for it.
  async::Task<void> run();
  /// The client's answer to the last challenge. Ignored when there was none.
  void respond(Secret response);
  /// Nobody waits for an answer any more.
  void cancel();
  /// The asker is gone: ends as soon as it can. Answers are sent, but not waited for.
  void leave();

  const async::Address& address() const override { return address_; }
  async::Task<bool> wait(async::Deadline deadline) override;
  void wake() override { signal_.set(); }

 private:
  async::Task<std::optional<Secret>> ask(std::string_view challenge) override;
  /// Why it cannot begin; nothing when it can.
  std::optional<auth_socket::Refusal> obstacle(const sasl::Mechanism* mechanism);
  async::Task<void> answer(const sasl::Mechanism& mechanism, const Authentication::Outcome& outcome);
  async::Task<std::string> moved_to(const Login& login);
  async::Task<void> admit(const sasl::Mechanism& mechanism, const Authenticated& who);
  /// The secret was right, and yet it lets nobody send.
  void refuse_right(const Authenticated& who, std::string_view reason);
  void refuse(const sasl::Mechanism& mechanism, const NotAuthenticated& why);
  void send(std::string line) const;
  void log(LogEvent::Level level, std::string_view what, std::string_view user, std::string_view detail) const;

  const Context& context_;
  const AccountRegistry& registry_;
  const auth_socket::Auth asked_;
  const Send send_;
  const async::Address address_;
  async::Signal signal_;
  const async::Deadline ends_;  ///< of the whole exchange
  async::Deadline answer_by_;   ///< then the asker thinks that nobody is there
  bool asks_ = false;           ///< a challenge waits for its response
  std::optional<Secret> response_;
  bool cancelled_ = false;
  bool left_ = false;
};

}  // namespace postbag::server
