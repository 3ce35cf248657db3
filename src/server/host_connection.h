// The host's end of a connection without a socket.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/net/memory_stream.h"
#include "server/host_calls.h"
#include "server/loop_poster.h"
#include "server/serving.h"

namespace postbag::server {

/// Any thread. Everything happens on the loop's thread, in the order of the calls.
class HostConnection : public std::enable_shared_from_this<HostConnection> {
 public:
  using Receive = std::function<void(std::string_view)>;

  /// `calls` is used only while the loop runs.
  HostConnection(std::shared_ptr<LoopPoster> poster, HostCalls& calls)
      : poster_(std::move(poster)), calls_(calls) {}

  /// On the loop's thread, once: makes the stream and has it admitted.
  void connect(async::Loop& loop, Serving& serving, Receive receive, std::shared_ptr<OnceCallback> closed);
  void send(std::string bytes);
  void hang_up();

 private:
  async::MemoryStream::Receive guarded(Receive receive);

  std::shared_ptr<LoopPoster> poster_;
  HostCalls& calls_;
  std::shared_ptr<async::MemoryStream* const>
      stream_;  // loop thread only; points to null after the stream was destroyed
};

}  // namespace postbag::server
