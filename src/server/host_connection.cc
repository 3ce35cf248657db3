#include "server/host_connection.h"

#include <utility>

namespace postbag::server {

void HostConnection::connect(async::Loop& loop, Serving& serving, Receive receive,
                             std::shared_ptr<OnceCallback> closed) {
  auto stream =
      std::make_unique<async::MemoryStream>(loop, guarded(std::move(receive)), [closed] { closed->call(); });
  stream_ = stream->handle();
  serving.connections().admit(std::move(stream), TlsBegins::on_request);
}

/// When the host's callback throws, bytes are lost and the stream makes no more sense: the connection ends.
async::MemoryStream::Receive HostConnection::guarded(Receive receive) {
  return [this, self = shared_from_this(), receive = std::move(receive), broken = false](auto bytes) mutable {
    if (broken || !receive) return;
    broken = !calls_.call("receive", [&] { receive(bytes); });
    if (broken && *stream_ != nullptr) (*stream_)->hang_up();
  };
}

void HostConnection::send(std::string bytes) {
  poster_->post([self = shared_from_this(), bytes = std::move(bytes)] {
    if (self->stream_ && *self->stream_ != nullptr) (*self->stream_)->send(bytes);
  });
}

void HostConnection::hang_up() {
  poster_->post([self = shared_from_this()] {
    if (self->stream_ && *self->stream_ != nullptr) (*self->stream_)->hang_up();
  });
}

}  // namespace postbag::server
