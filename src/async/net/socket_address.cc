#include "async/net/socket_address.h"

#include <cstring>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace postbag::async {

namespace {

template <class T>
SocketAddress stored(const T& address) {
  static_assert(sizeof(T) <= sizeof(sockaddr_storage));
  SocketAddress out;
  std::memcpy(&out.storage, &address, sizeof address);
  out.length = sizeof address;
  return out;
}

template <class T>
T loaded(const SocketAddress& address) {
  T out;
  std::memcpy(&out, &address.storage, sizeof out);
  return out;
}

SocketAddress unix_address(const std::string& path) {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  if (path.size() >= sizeof un.sun_path)
    throw std::system_error(ENAMETOOLONG, std::generic_category(), "path of the Unix socket " + path);
  path.copy(un.sun_path, path.size());
  return stored(un);
}

}  // namespace

SocketAddress to_socket_address(const Address& address) {
  if (address.family() == Address::Family::unix_socket) return unix_address(address.path());
  if (address.family() == Address::Family::ipv4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port());
    std::memcpy(&in.sin_addr, address.bytes().data(), sizeof in.sin_addr);
    return stored(in);
  }
  if (address.family() != Address::Family::ipv6)
    throw std::system_error(EAFNOSUPPORT, std::generic_category(), address.text());
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(address.port());
  std::memcpy(&in6.sin6_addr, address.bytes().data(), sizeof in6.sin6_addr);
  return stored(in6);
}

Address from_socket_address(const SocketAddress& address) {
  if (address.storage.ss_family == AF_UNIX) return Address::unix_socket("");
  if (address.storage.ss_family == AF_INET) {
    const auto in = loaded<sockaddr_in>(address);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
    return Address::ipv4(bytes, ntohs(in.sin_port));
  }
  if (address.storage.ss_family != AF_INET6) return {};
  const auto in6 = loaded<sockaddr_in6>(address);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &in6.sin6_addr, bytes.size());
  return Address::ipv6(bytes, ntohs(in6.sin6_port));
}

}  // namespace postbag::async
