// The other end of a connection, for those who make it wait.
#pragma once

#include "async/deadline.h"
#include "async/net/address.h"
#include "async/task.h"

namespace postbag {

/// Loop thread only.
class Peer {
 public:
  virtual const async::Address& address() const = 0;
  /// Waits until wake(), or `deadline`, or for no reason. False when the connection has to end, as the client is
  /// gone or the server wants it: then nobody should wait any longer.
  virtual async::Task<bool> wait(async::Deadline deadline) = 0;
  virtual void wake() = 0;

 protected:
  ~Peer() = default;
};

}  // namespace postbag
