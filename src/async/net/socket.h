// A Stream over a TCP or Unix socket.
#pragma once

#include <memory>

#include "async/net/stream.h"

namespace postbag::async {

/// Takes ownership of `fd`, a connected socket, and makes it non-blocking (and TCP without delay). Never raises
/// SIGPIPE. close() lets the data already sent reach the peer: it shuts the sending side down and, for a short
/// time, drops what still arrives. Throws std::system_error when libuv refuses the descriptor.
std::unique_ptr<Stream> make_socket(Loop& loop, int fd, Address peer);

}  // namespace postbag::async
