// Restricts what the process and others may do.
#pragma once

namespace postbag::daemon {

/// For every subcommand: files readable by the owner only, no core dump that could contain a password, no SIGPIPE.
void restrict_process();
/// For the server: also no new privileges, no tracing or dumping by others, and as many descriptors as allowed.
void harden_server();

/// Makes SIGTERM, SIGINT and SIGHUP something to wait for. Construct it before any thread is started: threads
/// inherit that they are blocked.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  /// Readable when a signal has arrived.
  int fd() const { return fd_; }
  /// The signal that arrived; 0 when none.
  int take() const;

 private:
  int fd_;
};

}  // namespace postbag::daemon
