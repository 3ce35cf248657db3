// What the main thread does while the server serves.
#pragma once

#include <chrono>

#include "main/config/tls_files.h"
#include "main/control/control_server.h"
#include "main/log_output.h"
#include "main/process.h"
#include "main/protection/protection.h"
#include "main/service/service_manager.h"
#include "main/service/watchdog.h"
#include "postbag/server.h"

namespace postbag::daemon {

/// All that exists while the server serves, and outlives what is made of it.
struct Running {
  Server& server;
  const Signals& signals;
  const ServiceManager& manager;
  Protection& protection;
  const TlsFiles& tls;
  LogOutput& log;
};

class Attendant {
 public:
  Attendant(const Running& running, ControlServer& control);

  /// Answers the control socket, has the certificates read again when they changed, and the watchdog notified,
  /// until a signal to stop arrives.
  void attend() {
    while (attend_once()) {
    }
  }

 private:
  bool attend_once();
  int patience();
  void look_at_certificates();
  /// SIGHUP: the certificates are read again. All else of the configuration needs a restart, and ending would stop
  /// the server at every logrotate.
  void on_hangup();

  const Running& running_;
  ControlServer& control_;
  TlsWatch watch_;
  Watchdog watchdog_;
  std::chrono::steady_clock::time_point look_at_;
};

}  // namespace postbag::daemon
