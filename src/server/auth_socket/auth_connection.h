// A connection of a mail server to one of our sockets of the Dovecot authentication protocol.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "async/job.h"
#include "async/net/stream.h"
#include "async/signal.h"
#include "async/workers.h"
#include "protocol/auth_socket/lines.h"
#include "server/accounts/account_registry.h"
#include "server/auth_socket/auth_request.h"
#include "session/context.h"

namespace postbag::server {

enum class AuthService : std::uint8_t {
  logins,  ///< AUTH, for SMTP servers
  users,   ///< USER: is there a user who gets this mail?
};

/// What the connections of both services need; all must outlive them.
struct AuthParts {
  const Context& context;
  const AccountRegistry& registry;
  async::Workers& lookups;
};

/// Any number of requests at once, each known by its number. What breaks the protocol ends the connection, and the
/// log says why. Loop thread only.
class AuthConnection {
 public:
  /// `number`: another one for each connection.
  AuthConnection(const AuthParts& parts, std::unique_ptr<async::Stream> stream, AuthService service,
                 std::uint64_t number);
  ~AuthConnection();
  AuthConnection(const AuthConnection&) = delete;
  AuthConnection& operator=(const AuthConnection&) = delete;

  /// Until the asker leaves or shut_down().
  async::Task<void> run();
  /// Answers what has begun, as soon as it can.
  void shut_down();
  const async::Stream& stream() const { return *stream_; }

 private:
  std::string greeting(std::uint64_t number) const;
  bool goes_on() const { return !broken_ && !shut_down_ && !stream_->is_closed(); }
  /// True when there was at least one.
  bool take_lines();
  /// False when there is no whole line.
  bool take_line();
  void take(auth_socket::Request request);
  void handle(const auth_socket::Version& version);
  void handle(const auth_socket::Introduced& introduced);
  void handle(auth_socket::Auth asked);
  void handle(auth_socket::Continue given);
  void handle(const auth_socket::Cancel& cancelled);
  void handle(const auth_socket::FindUser& asked);
  async::Task<void> look_up(auth_socket::FindUser asked);
  void forget(const AuthRequest& request, auth_socket::RequestId id);
  /// `done` is called at its end. When it fails for want of something broken, the asker gets that line.
  void start(async::Task<void> task, std::string line_if_broken, std::function<void()> done);
  async::Task<bool> send_output();
  async::Task<void> end_requests();
  void send(std::string_view line);
  void break_off(std::string_view why);

  const AuthParts parts_;
  std::unique_ptr<async::Stream> stream_;
  const AuthService service_;
  async::Signal signal_;
  std::string output_;
  bool introduced_ = false;  ///< the asker speaks this protocol
  bool broken_ = false;
  bool shut_down_ = false;
  std::map<auth_socket::RequestId, std::shared_ptr<AuthRequest>> requests_;  ///< which can still get a line
  async::Jobs jobs_;
};

}  // namespace postbag::server
