// What the program takes from itself when it serves, so that somebody who breaks into it gets little.
#pragma once

#include <string>

#include "main/config/config.h"
#include "main/protection/landlock.h"
#include "postbag/server.h"

namespace postbag::daemon {

/// In the order of its methods, each once. In a build with a sanitizer files and system calls stay unrestricted.
class Protection {
 public:
  explicit Protection(const ProcessSettings& settings) : settings_(settings) {}

  /// As root: binds the ports of `options`, which are then descriptors there, gives the data directory to the user
  /// of the settings and becomes this user; without one it stays who it is. Before the first thread and before the
  /// data directory is opened. Fails with bad_option for a user that does not exist or needs root; else
  /// cannot_listen, broken.
  Expected<void> become_user(ServerOptions& options);
  /// Restricts files to the data directory, which exists, to the directories of Unix sockets, to `readable`
  /// directories, and to what libraries read by themselves. Before the first thread. Causes: broken.
  Expected<void> restrict_files(const ServerOptions& options, std::vector<std::string> readable);
  /// Restricts the system calls, when all has started. Causes: broken.
  Expected<void> restrict_calls();
  /// Whether it serves as root, and nobody has asked for that by name.
  bool is_needlessly_root() const;
  /// Which of these are in force, for the log: "user postbag, landlock 6, seccomp".
  std::string text() const;

 private:
  ProcessSettings settings_;
  int landlock_ = 0;
  bool seccomp_ = false;
};

}  // namespace postbag::daemon
