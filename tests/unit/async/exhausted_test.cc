// What the acceptor does when the kernel cannot watch one more descriptor.

#include <atomic>
#include <cerrno>
#include <memory>
#include <vector>

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/net/acceptor.h"
#include "async/net/socket_address.h"
#include "tests/unit/async/run.h"

using namespace postbag::async;
using namespace std::chrono_literals;

namespace {

/// How many descriptors are refused to be watched before one is. A global, because the function below has
/// no other place for it.
std::atomic<int> refused = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

/// Replaces that of libc, for libuv.
extern "C" int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  static const auto real = reinterpret_cast<decltype(&::epoll_ctl)>(::dlsym(RTLD_NEXT, "epoll_ctl"));
  if (operation == EPOLL_CTL_ADD && refused > 0) {
    --refused;
    errno = ENOSPC;  // /proc/sys/fs/epoll/max_user_watches
    return -1;
  }
  return real(epoll, operation, fd, event);
}

TEST_CASE("a connection that the kernel cannot watch is dropped, and those after it are accepted") {
  Loop loop;
  std::unique_ptr<Stream> taken;
  const Acceptor acceptor(loop, ListeningSocket::open("127.0.0.1:0"), [&](std::unique_ptr<Stream> s) {
    taken = std::move(s);
    loop.stop();
  });
  const SocketAddress where = to_socket_address(acceptor.address());
  const auto connect = [&] {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(fd, where.get(), where.length) == 0);
    return fd;
  };
  const auto body = [&]() -> Task<void> {
    co_await loop.yield();  // the acceptor itself is watched by now
    refused = 1;
    const int first = connect();
    const int second = connect();
    while (!taken) co_await loop.yield();
    char byte = 0;
    CHECK(::recv(first, &byte, 1, 0) <= 0);  // it was closed
    ::close(first);
    ::close(second);
  };
  run_to_end(loop, body());
  CHECK(refused == 0);
}
