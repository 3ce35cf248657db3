// The daemon's log: one line per event on stderr.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "main/config/config.h"
#include "postbag/server.h"

namespace postbag::daemon {

/// The line for one event, without a line end. Bytes sent by clients are escaped: no control characters, valid
/// UTF-8. `time` is RFC 3339.
std::string format_line(LogFormat format, std::string_view time, const LogLine& line);

/// Writes lines from any thread without ever blocking: when stderr is slow or events come too fast, lines are
/// dropped and counted.
class LogOutput {
 public:
  explicit LogOutput(LogFormat format);
  /// Writes the lines that are left.
  ~LogOutput();
  LogOutput(const LogOutput&) = delete;
  LogOutput& operator=(const LogOutput&) = delete;

  void write(const LogLine& line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace postbag::daemon
