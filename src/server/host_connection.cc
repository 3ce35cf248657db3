#include "server/host_connection.h"

#include <utility>

namespace postbag::server {

void HostConnection::connect(async::Loop& loop, Serving& serving, std::function<void(std::string_view)> receive,
                             std::function<void()> closed) {
  auto stream = std::make_unique<async::MemoryStream>(loop, std::move(receive), std::move(closed));
  stream_ = stream->handle();
  serving.connections().admit(std::move(stream));
}

void HostConnection::send(std::string bytes) {
  door_->post([self = shared_from_this(), bytes = std::move(bytes)] {
    if (self->stream_ && *self->stream_ != nullptr) (*self->stream_)->send(bytes);
  });
}

void HostConnection::hang_up() {
  door_->post([self = shared_from_this()] {
    if (self->stream_ && *self->stream_ != nullptr) (*self->stream_)->hang_up();
  });
}

}  // namespace postbag::server
