#include "async/net/listening_socket.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "async/net/socket_address.h"
#include "core/fd.h"
#include "core/number_in.h"

namespace postbag::async {

namespace {

constexpr std::string_view descriptor_prefix = "fd:";

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

[[noreturn]] void fail(const char* what, const Address& address) {
  fail(errno, std::string(what) + " " + address.text());
}

Fd new_socket(const Address& address) {
  const int family = to_socket_address(address).storage.ss_family;
  Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) fail("socket", address);
  return fd;
}

/// Removes the socket file of a process that has ended. When a process still answers, the file stays and bind()
/// reports the error.
void remove_stale(const Address& address) {
  const Fd probe = new_socket(address);
  const SocketAddress where = to_socket_address(address);
  if (::connect(probe.get(), where.get(), where.length) != 0 && errno == ECONNREFUSED)
    ::unlink(address.path().c_str());
}

Fd bound_socket(const Address& address, SocketMode mode) {
  const bool is_unix = address.family() == Address::Family::unix_socket;
  if (is_unix) remove_stale(address);
  Fd fd = new_socket(address);
  const int on = 1;
  if (!is_unix) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const SocketAddress where = to_socket_address(address);
  if (::bind(fd.get(), where.get(), where.length) != 0) fail("bind", address);
  // Nobody can connect before listen(), so the wider rights are never usable.
  const mode_t rights = S_IRUSR | S_IWUSR | (mode == SocketMode::group ? S_IRGRP | S_IWGRP : 0);
  if (is_unix && ::chmod(address.path().c_str(), rights) != 0) fail("chmod", address);
  if (::listen(fd.get(), SOMAXCONN) != 0) fail("listen", address);
  return fd;
}

bool has_option(int fd, int option, int wanted) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

}  // namespace

ListeningSocket ListeningSocket::bind(const Address& address, SocketMode mode) {
  Fd fd = bound_socket(address, mode);
  Address bound = bound_address(fd.get()).value_or(address);
  return {fd.release(), std::move(bound), address.family() == Address::Family::unix_socket};
}

ListeningSocket ListeningSocket::adopt(int fd) {
  const std::string name = std::string(descriptor_prefix) + std::to_string(fd);
  if (!has_option(fd, SO_ACCEPTCONN, 1) || !has_option(fd, SO_TYPE, SOCK_STREAM))
    fail(EINVAL, name + " is not a listening socket");
  std::optional<Address> bound = bound_address(fd);
  if (!bound) fail(EAFNOSUPPORT, name);
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
    fail(errno, name);
  return {fd, std::move(*bound), false};
}

ListeningSocket ListeningSocket::open(std::string_view text) {
  if (const auto fd = parse_descriptor(text)) return adopt(*fd);
  const auto address = Address::parse(text);
  if (!address) fail(EINVAL, std::string(text));
  return bind(*address);
}

void ListeningSocket::close() {
  if (fd_ < 0) return;
  ::close(release());
  if (owns_file_) ::unlink(address_.path().c_str());
}

std::optional<int> parse_descriptor(std::string_view text) {
  if (!text.starts_with(descriptor_prefix)) return std::nullopt;
  constexpr unsigned most = std::numeric_limits<int>::max();
  const auto fd = number_in(text.substr(descriptor_prefix.size()), most);
  return fd ? std::optional(static_cast<int>(*fd)) : std::nullopt;
}

std::optional<Address> bound_address(int fd) {
  SocketAddress bound;
  bound.length = sizeof bound.storage;
  if (::getsockname(fd, bound.get(), &bound.length) != 0) return std::nullopt;
  if (bound.storage.ss_family == AF_UNIX) {
    const std::size_t size = bound.length - offsetof(sockaddr_un, sun_path);
    const char* const path = reinterpret_cast<const sockaddr_un*>(&bound.storage)->sun_path;
    return Address::unix_socket(std::string(path, ::strnlen(path, size)));
  }
  const Address address = from_socket_address(bound);
  return address.family() == Address::Family::memory ? std::nullopt : std::optional(address);
}

}  // namespace postbag::async
