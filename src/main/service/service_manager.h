// The service manager that started the process, such as systemd: what it passes, and what it wants to know.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace postbag::daemon {

/// The notifications of sd_notify(3), sent without its library; nothing is sent when nobody asked for it. Any
/// thread after the constructor.
class ServiceManager {
 public:
  /// Reads NOTIFY_SOCKET and WATCHDOG_USEC, and removes them from the environment. Connects before files and system
  /// calls are restricted; throws std::system_error when there is a socket that cannot be connected.
  ServiceManager();
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  void ready() const { send("READY=1"); }
  void stopping() const { send("STOPPING=1"); }
  /// ready() must follow.
  void reloading() const;
  void is_alive() const { send("WATCHDOG=1"); }
  /// How often it expects is_alive() at least: half the time after which it ends the process. Zero: never.
  std::chrono::milliseconds watchdog_interval() const { return watchdog_interval_; }

 private:
  void send(std::string_view state) const;

  int fd_ = -1;
  std::chrono::milliseconds watchdog_interval_{0};
};

/// Sockets on which the manager listens already, as texts for ServerOptions::listen: sd_listen_fds(3).
struct PassedSockets {
  std::vector<std::string> listen;
  std::vector<std::string> listen_tls;  ///< those named "imaps" (FileDescriptorName=)
  bool empty() const { return listen.empty() && listen_tls.empty(); }
};

/// Takes them from the environment, once: nothing for later calls, and when they are for another process.
PassedSockets take_passed_sockets();

}  // namespace postbag::daemon
