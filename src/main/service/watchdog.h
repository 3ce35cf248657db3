// Notifies the service manager regularly that the server still works.
#pragma once

#include <chrono>

#include "main/service/service_manager.h"
#include "postbag/server.h"

namespace postbag::daemon {

/// One thread. The loop itself sends the notification, so that one that is stuck ends the service.
class Watchdog {
 public:
  /// Both must outlive this object, and the manager also the server's loop.
  Watchdog(Server& server, const ServiceManager& manager) : server_(server), manager_(manager) {}

  /// Asks the loop for a notification if it is time, and yields how long the caller may wait before the next call,
  /// in milliseconds as for poll(): -1 when there is no watchdog.
  int poll();

 private:
  using Clock = std::chrono::steady_clock;

  Server& server_;
  const ServiceManager& manager_;
  Clock::time_point next_ = Clock::now();
};

}  // namespace postbag::daemon
