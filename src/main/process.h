// What the process allows itself and others.
#pragma once

namespace postbag::daemon {

/// For every subcommand: files for the owner only, no core dump that could hold a password, no SIGPIPE.
void keep_to_itself();
/// For the server: also no new privileges, nobody may trace or dump it, as many descriptors as allowed.
void harden_server();

/// SIGTERM, SIGINT and SIGHUP as something to wait for. To be made before any thread is started, which then
/// inherits that they are blocked.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  /// Readable when one has come.
  int fd() const { return fd_; }
  /// Which one has come; 0 when none.
  int take() const;

 private:
  int fd_;
};

}  // namespace postbag::daemon
