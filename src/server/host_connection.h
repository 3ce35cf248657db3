// The host's end of a connection without a socket.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/net/memory_stream.h"
#include "server/host_calls.h"
#include "server/loop_door.h"
#include "server/serving.h"

namespace postbag::server {

/// Any thread; what it does happens on the loop's thread, in order.
class HostConnection : public std::enable_shared_from_this<HostConnection> {
 public:
  using Receive = std::function<void(std::string_view)>;

  /// `calls` is used while the loop runs only.
  HostConnection(std::shared_ptr<LoopDoor> door, HostCalls& calls) : door_(std::move(door)), calls_(calls) {}

  /// On the loop's thread, once: makes the stream and has it admitted.
  void connect(async::Loop& loop, Serving& serving, Receive receive, std::shared_ptr<Owed> closed);
  void send(std::string bytes);
  void hang_up();

 private:
  async::MemoryStream::Receive guarded(Receive receive);

  std::shared_ptr<LoopDoor> door_;
  HostCalls& calls_;
  std::shared_ptr<async::MemoryStream* const> stream_;  // loop thread only; points to null when the stream is gone
};

}  // namespace postbag::server
