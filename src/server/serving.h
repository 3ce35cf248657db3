// What exists while the server serves: all on the loop's thread, connected to each other.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "async/net/acceptor.h"
#include "async/workers.h"
#include "commands/all_commands.h"
#include "postbag/server.h"
#include "server/accounts/open_accounts.h"
#include "server/auth_socket/auth_connections.h"
#include "server/connections.h"
#include "server/delivery/active_deliveries.h"
#include "server/host_calls.h"
#include "server/login/tokens.h"
#include "server/loop_poster.h"
#include "server/proxied_connections.h"
#include "session/context.h"

namespace postbag::server {

/// What exists before and after serving. All parts must outlive Serving.
struct ServingParts {
  const ServerOptions& options;
  const Limits& limits;
  const Clock& clock;
  AccountRegistry& registry;
  storage::StoreProvider& stores;
  std::shared_ptr<LoopPoster> poster;
  HostCalls& calls;
  WriteTotals& totals;
  const tls::CurrentContext& tls;
};

/// Loop thread only. The destructor closes what end() did not wait for.
class Serving {
 public:
  Serving(async::Loop& loop, const ServingParts& parts);
  ~Serving();

  /// Binds all addresses of the options. Throws std::system_error.
  void listen();
  std::vector<std::string> addresses() const { return addresses_of(acceptors_); }
  std::vector<std::string> tls_addresses() const { return addresses_of(tls_acceptors_); }
  Connections& connections() { return connections_; }
  ActiveDeliveries& deliveries() { return deliveries_; }
  OpenAccounts& accounts() { return accounts_; }
  Log& log() { return *log_; }
  /// Logs warnings about these addresses for the operator.
  void warn();
  /// Ends everything in order and closes what is not done by `deadline`; then this object may be destroyed.
  async::Task<void> end(async::Deadline deadline);
  /// Makes end() use `deadline` if that is earlier.
  void shorten_deadline(async::Deadline deadline);

 private:
  using Acceptors = std::vector<std::unique_ptr<async::Acceptor>>;
  Acceptors listen_on(const std::vector<std::string>& addresses, TlsBegins tls);
  static std::vector<std::string> addresses_of(const Acceptors& acceptors);
  void accepted(std::unique_ptr<async::Stream> stream, TlsBegins tls);
  void listen_for(AuthService service, const std::string& address);
  void warn_exhausted();

  const ServingParts parts_;
  async::Loop& loop_;
  std::unique_ptr<Log> log_;
  async::Workers workers_;
  async::Workers hashing_;
  async::Workers handshakes_;
  TlsService tls_;
  OpenAccounts accounts_;
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<Authenticator> authenticator_;
  AllCommands commands_;
  Context context_;
  DeliveryContext delivery_context_;
  ActiveDeliveries deliveries_;
  Connections connections_;
  AuthConnections auth_connections_;
  ProxiedConnections proxied_;
  Acceptors acceptors_;
  Acceptors tls_acceptors_;
  Acceptors auth_acceptors_;
  async::Deadline deadline_ = async::never;
  std::chrono::steady_clock::time_point next_exhausted_{};  ///< when the log may have that line again
};

}  // namespace postbag::server
