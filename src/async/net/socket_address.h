// Only for src/async: converts Address to the kernel's form and back.
#pragma once

#include <sys/socket.h>

#include "async/net/address.h"

namespace postbag::async {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// Throws std::system_error for a Unix socket path that is too long, and for Family::memory.
SocketAddress to_socket_address(const Address& address);
/// Family::memory for unknown families.
Address from_socket_address(const SocketAddress& address);

}  // namespace postbag::async
