// A socket that listens: bound here, or bound by another process and passed to this one.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "async/net/address.h"

namespace postbag::async {

/// Who may connect to a Unix socket, besides root.
enum class SocketMode : unsigned char {
  user,   ///< this process's: 0600
  group,  ///< and its group: 0660
};

/// Owns the descriptor, which is nonblocking. When it bound a Unix socket, it removes the file at its end.
class ListeningSocket {
 public:
  /// Binds and listens; port 0 takes a free port. A Unix socket replaces a socket on which nobody listens. Throws
  /// std::system_error when the address is not available.
  static ListeningSocket bind(const Address& address, SocketMode mode = SocketMode::user);
  /// Takes over a descriptor of this process. Throws std::system_error when it is not a listening stream socket;
  /// then it stays the caller's.
  static ListeningSocket adopt(int fd);
  /// By its text: an address, or "fd:N" for a descriptor. Throws what these two throw; EINVAL for another text.
  static ListeningSocket open(std::string_view text);

  ListeningSocket(ListeningSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), address_(std::move(other.address_)), owns_file_(other.owns_file_) {}
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket() { close(); }

  /// Negative after close().
  int fd() const { return fd_; }
  /// With the actual port.
  const Address& address() const { return address_; }
  void close();
  /// Gives up the descriptor, and leaves the file of a Unix socket.
  int release() { return std::exchange(fd_, -1); }

 private:
  ListeningSocket(int fd, Address address, bool owns_file)
      : fd_(fd), address_(std::move(address)), owns_file_(owns_file) {}

  int fd_;
  Address address_;
  bool owns_file_;
};

/// The N of "fd:N"; nothing for another text.
std::optional<int> parse_descriptor(std::string_view text);
/// Where a socket of this process is bound; nothing when it is no socket of a known family.
std::optional<Address> bound_address(int fd);

}  // namespace postbag::async
