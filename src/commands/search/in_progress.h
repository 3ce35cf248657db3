// Reports of how far a long command is: INPROGRESS. RFC 9585.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "async/deadline.h"
#include "async/task.h"

namespace postbag {

class Client;

/// Of one command. Loop thread only; the client must outlive it.
class InProgress {
 public:
  InProgress(Client& client, std::string_view tag);

  /// `done` of `goal` messages, or mailboxes, are done. Reports that when it is time to, or when the client has
  /// sent its end, and waits until the client has taken the report. May be called again with the same numbers.
  /// False when the client is gone: then the command should end.
  async::Task<bool> at(std::uint64_t done, std::uint64_t goal);
  /// From now on reports `done` of `goal` instead of the arguments of at(), which count within that step: so the
  /// numbers never fall.
  void report_step(std::uint64_t done, std::uint64_t goal) { step_ = Step{done, goal}; }

 private:
  struct Step {
    std::uint64_t done;
    std::uint64_t goal;
  };
  void report(std::uint64_t done, std::uint64_t goal);

  Client& client_;
  std::string tag_;
  async::Deadline next_;
  std::optional<Step> step_;
};

}  // namespace postbag
