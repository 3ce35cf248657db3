// Acceptor: a listening socket that hands out connections.
#pragma once

#include <functional>
#include <memory>

#include "async/net/stream.h"

namespace postbag::async {

/// Listens until destroyed. Loop thread only.
class Acceptor {
 public:
  /// Called for each connection, on the loop's thread, not suspended in anything. Must not throw.
  using Accepted = std::move_only_function<void(std::unique_ptr<Stream>)>;

  /// Binds and listens; port 0 takes a free port. Throws std::system_error when the address cannot be had. A Unix
  /// socket is made with mode 0600, replacing a socket nobody listens on.
  Acceptor(Loop& loop, const Address& address, Accepted accepted);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// Where it listens really: the port that was taken.
  const Address& address() const;

 private:
  struct Core;
  Core* core_;  // freed by the close callback of its handle
};

}  // namespace postbag::async
