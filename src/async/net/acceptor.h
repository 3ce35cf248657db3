// Acceptor: a listening socket that accepts connections.
#pragma once

#include <functional>
#include <memory>

#include "async/net/stream.h"

namespace postbag::async {

/// Listens until it is destroyed. Loop thread only.
class Acceptor {
 public:
  /// Called for each connection, on the loop's thread, outside of any coroutine. Must not throw.
  using Accepted = std::move_only_function<void(std::unique_ptr<Stream>)>;

  /// Binds and listens; port 0 takes a free port. Throws std::system_error when the address is not available. A
  /// Unix socket gets mode 0600 and replaces a socket on which nobody listens.
  Acceptor(Loop& loop, const Address& address, Accepted accepted);
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
