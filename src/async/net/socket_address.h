// Only for src/async: Address to and from the kernel's form.
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

/// Throws std::system_error for the path of a Unix socket that is too long, and for Family::memory.
SocketAddress to_socket_address(const Address& address);
/// Family::memory for families we do not know.
Address from_socket_address(const SocketAddress& address);

}  // namespace postbag::async
