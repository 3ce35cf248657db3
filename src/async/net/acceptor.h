// Acceptor: a listening socket that accepts connections.
#pragma once

#include <functional>
#include <memory>

#include "async/net/listening_socket.h"
#include "async/net/stream.h"

namespace postbag::async {

/// Listens until it is destroyed. Loop thread only.
class Acceptor {
 public:
  /// Called for each connection, on the loop's thread, outside of any coroutine. Must not throw.
  using Accepted = std::move_only_function<void(std::unique_ptr<Stream>)>;

  /// Called when it begins to accept nothing because descriptors or memory are used up, once until it accepts
  /// again. On the loop's thread; must not throw.
  using Exhausted = std::move_only_function<void()>;

  /// From 90 % of the process's descriptors on (RLIMIT_NOFILE) it accepts nothing: those who wait stay with the
  /// kernel until there are more. `exhausted` may be empty.
  Acceptor(Loop& loop, ListeningSocket socket, Accepted accepted, Exhausted exhausted = {});
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// The address it listens on, with the actual port.
  const Address& address() const;

 private:
  struct Core;
  Core* core_;  // freed by the close callback of its handle
};

}  // namespace postbag::async
