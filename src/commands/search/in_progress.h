// How far a long command has come, told while it runs: INPROGRESS. RFC 9585.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "async/deadline.h"
#include "async/task.h"

namespace postbag {

class Client;

/// Of one command. Loop thread only; the session must outlive it.
class InProgress {
 public:
  InProgress(Client& client, std::string_view tag);

  /// `done` of `goal` messages, or mailboxes, are behind us: says so when it is time to, or when the client has
  /// sent its end, and waits until the client has taken it; the same again when one message takes long. False when
  /// the client is gone: then the command should end.
  async::Task<bool> at(std::uint64_t done, std::uint64_t goal);
  /// What at() is told from now on happens within step `done` of `goal`: that is told instead, so that numbers
  /// never fall.
  void stand_at(std::uint64_t done, std::uint64_t goal) { step_ = Step{done, goal}; }

 private:
  struct Step {
    std::uint64_t done;
    std::uint64_t goal;
  };
  void tell(std::uint64_t done, std::uint64_t goal);

  Client& client_;
  std::string tag_;
  async::Deadline next_;
  std::optional<Step> step_;
};

}  // namespace postbag
