// The host's end of a connection without a socket.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/memory_stream.h"
#include "server/loop_door.h"
#include "server/serving.h"

namespace postbag::server {

/// Any thread; what it does happens on the loop's thread, in order.
class HostConnection : public std::enable_shared_from_this<HostConnection> {
 public:
  explicit HostConnection(std::shared_ptr<LoopDoor> door) : door_(std::move(door)) {}

  /// On the loop's thread, once: makes the stream and has it admitted.
  void connect(async::Loop& loop, Serving& serving, std::function<void(std::string_view)> receive,
               std::function<void()> closed);
  void send(std::string bytes);
  void hang_up();

 private:
  std::shared_ptr<LoopDoor> door_;
  std::shared_ptr<async::MemoryStream* const> stream_;  // loop thread only; points to null when the stream is gone
};

}  // namespace postbag::server
