#include "async/net/acceptor.h"

#include <cerrno>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "async/handle_owner.h"
#include "async/net/socket.h"
#include "async/net/socket_address.h"

namespace postbag::async {

namespace {

/// Connections accepted at a time, so that a flood of them does not delay the sessions.
constexpr int accepted_at_once = 64;
/// How long to accept nothing after descriptors, memory or the kernel's watches ran out.
constexpr std::chrono::milliseconds exhausted_pause{100};

[[noreturn]] void fail(const char* what, const Address& address) {
  throw std::system_error(errno, std::generic_category(), std::string(what) + " " + address.text());
}

/// A descriptor that is closed unless released.
class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

OwnedFd new_socket(const Address& address) {
  const int family = to_socket_address(address).storage.ss_family;
  OwnedFd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) fail("socket", address);
  return OwnedFd(fd.release());
}

/// Removes the socket file of a process that has ended. When a process still answers, the file stays and bind()
/// reports the error.
void remove_stale(const Address& address) {
  const OwnedFd probe = new_socket(address);
  const SocketAddress where = to_socket_address(address);
  if (::connect(probe.get(), where.get(), where.length) != 0 && errno == ECONNREFUSED)
    ::unlink(address.path().c_str());
}

OwnedFd listening_socket(const Address& address) {
  const bool is_unix = address.family() == Address::Family::unix_socket;
  if (is_unix) remove_stale(address);
  OwnedFd fd = new_socket(address);
  const int on = 1;
  if (!is_unix) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const SocketAddress where = to_socket_address(address);
  if (::bind(fd.get(), where.get(), where.length) != 0) fail("bind", address);
  // Nobody can connect before listen(), so the wider rights are never usable.
  if (is_unix && ::chmod(address.path().c_str(), S_IRUSR | S_IWUSR) != 0) fail("chmod", address);
  if (::listen(fd.get(), SOMAXCONN) != 0) fail("listen", address);
  return OwnedFd(fd.release());
}

Address bound_address(int fd, const Address& wanted) {
  if (wanted.family() == Address::Family::unix_socket) return wanted;
  SocketAddress bound;
  bound.length = sizeof bound.storage;
  if (::getsockname(fd, bound.get(), &bound.length) != 0) fail("getsockname", wanted);
  return from_socket_address(bound);
}

}  // namespace

struct Acceptor::Core final : HandleOwner, private Timer {
  Core(Loop& l, const Address& wanted, Accepted on_accepted);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  void listen();
  void accept_some();
  /// False when no connection is waiting.
  bool accept_one();
  bool take(int connection, const Address& peer);
  /// Accepts nothing for a while; yields false.
  bool pause();
  void on_deadline() override { listen(); }
  void close_handles() override;

  Loop& loop;
  Accepted accepted;
  OwnedFd fd;
  Address address;
  uv_poll_t poll{};
};

Acceptor::Core::Core(Loop& l, const Address& wanted, Accepted on_accepted)
    : loop(l),
      accepted(std::move(on_accepted)),
      fd(listening_socket(wanted)),
      address(bound_address(fd.get(), wanted)) {
  const int status = uv_poll_init_socket(loop.uv(), &poll, fd.get());
  if (status != 0) throw std::system_error(-status, std::generic_category(), "uv_poll_init_socket");
  poll.data = static_cast<HandleOwner*>(this);
  listen();
}

void Acceptor::Core::listen() {
  uv_poll_start(&poll, UV_READABLE, [](uv_poll_t* p, int, int) {
    static_cast<Core*>(static_cast<HandleOwner*>(p->data))->accept_some();
  });
}

void Acceptor::Core::accept_some() {
  for (int i = 0; i < accepted_at_once && fd.get() >= 0; ++i)  // accepted() may destroy the Acceptor
    if (!accept_one()) return;
}

bool Acceptor::Core::accept_one() {
  SocketAddress peer;
  peer.length = sizeof peer.storage;
  const int connection = ::accept4(fd.get(), peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection >= 0) return take(connection, from_socket_address(peer));
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return pause();
  return errno == ECONNABORTED || errno == EINTR;
}

bool Acceptor::Core::take(int connection, const Address& peer) {
  std::unique_ptr<Stream> stream;
  try {
    stream = make_socket(loop, connection, peer);  // closes the descriptor when the kernel cannot watch another one
  } catch (const std::system_error&) {
    return pause();
  }
  accepted(std::move(stream));
  return true;
}

bool Acceptor::Core::pause() {
  uv_poll_stop(&poll);  // it would be reported without end
  loop.timers().arm(*this, in(exhausted_pause));
  return false;
}

void Acceptor::Core::close_handles() {
  disarm();
  uv_close(reinterpret_cast<uv_handle_t*>(&poll),
           [](uv_handle_t* h) { delete static_cast<Core*>(static_cast<HandleOwner*>(h->data)); });
  ::close(fd.release());
  if (address.family() == Address::Family::unix_socket) ::unlink(address.path().c_str());
}

Acceptor::Acceptor(Loop& loop, const Address& address, Accepted accepted)
    : core_(new Core(loop, address, std::move(accepted))) {}

Acceptor::~Acceptor() { core_->close_handles(); }

const Address& Acceptor::address() const { return core_->address; }

}  // namespace postbag::async
