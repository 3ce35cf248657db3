// A Stream over a TCP or Unix socket.
#pragma once

#include <memory>

#include "async/net/stream.h"

namespace postbag::async {

/// Takes over `fd`, a connected socket, and makes it non-blocking (and TCP without delay). Never raises SIGPIPE.
/// close() lets what was sent reach the peer: it shuts the sending side and drops what still comes for a short
/// while. Throws std::system_error when libuv refuses the descriptor.
std::unique_ptr<Stream> make_socket(Loop& loop, int fd, Address peer);

}  // namespace postbag::async
