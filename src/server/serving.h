// What lives while the server serves: everything on the loop's thread, wired together.
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
#include "server/connections.h"
#include "server/delivery/deliveries.h"
#include "server/host_calls.h"
#include "server/loop_door.h"
#include "session/context.h"

namespace postbag::server {

/// What exists before and after the serving. All outlive it.
struct ServingParts {
  const ServerOptions& options;
  const Limits& limits;
  const Clock& clock;
  AccountBook& book;
  std::shared_ptr<LoopDoor> door;
  HostCalls& calls;
  WriteTotals& totals;
};

/// Loop thread only. Its destructor cuts off what end() did not wait for.
class Serving {
 public:
  Serving(async::Loop& loop, const ServingParts& parts);
  ~Serving();

  /// Binds all addresses of the options. Throws std::system_error.
  void listen();
  std::vector<std::string> addresses() const;
  Connections& connections() { return connections_; }
  Deliveries& deliveries() { return deliveries_; }
  OpenAccounts& accounts() { return accounts_; }
  Log& log() { return *log_; }
  /// Says in the log what an operator should know of these addresses.
  void warn();
  /// Ends everything in good order, cutting off what is not done by `deadline`; then this object may be destroyed.
  async::Task<void> end(async::Deadline deadline);
  /// end() shall cut off what is not done by `deadline`, if that is earlier.
  void hurry(async::Deadline deadline);

 private:
  const ServingParts parts_;
  async::Loop& loop_;
  std::unique_ptr<Log> log_;
  async::Workers workers_;
  async::Workers hashing_;
  OpenAccounts accounts_;
  std::unique_ptr<Authenticator> authenticator_;
  AllCommands commands_;
  Context context_;
  DeliveryContext delivery_context_;
  Deliveries deliveries_;
  Connections connections_;
  std::vector<std::unique_ptr<async::Acceptor>> acceptors_;
  async::Deadline deadline_ = async::never;
};

}  // namespace postbag::server
