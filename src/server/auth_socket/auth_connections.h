// All connections of mail servers to the sockets of the Dovecot authentication protocol.
#pragma once

#include <cstdint>
#include <list>
#include <memory>

#include "async/job.h"
#include "async/net/stream.h"
#include "async/signal.h"
#include "server/auth_socket/auth_connection.h"

namespace postbag::server {

/// Loop thread only.
class AuthConnections {
 public:
  explicit AuthConnections(const AuthParts& parts);
  ~AuthConnections();

  /// Serves the asker, or closes the connection: Limits::auth_connections.
  void admit(std::unique_ptr<async::Stream> stream, AuthService service);
  /// Ends when the last connection is closed; closes those still open after `deadline`. The deadline may be changed
  /// meanwhile: see recheck_deadline().
  async::Task<void> end_all(const async::Deadline& deadline);
  void recheck_deadline() { one_ended_.set(); }

 private:
  class Entry;
  void ended(std::list<std::unique_ptr<Entry>>::iterator place, const std::exception_ptr& error);

  const AuthParts parts_;
  std::list<std::unique_ptr<Entry>> entries_;
  async::Signal one_ended_;
  std::uint64_t admitted_ = 0;
  bool ending_ = false;
};

}  // namespace postbag::server
