#include "async/net/acceptor.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
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

/// True when so few descriptors are left that they are kept for what already runs: files of mail, answers to
/// refused logins. The kernel gives the lowest free number, so the number of a new one says how many are in use at
/// least.
bool nearly_used_up(int newest) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  return static_cast<rlim_t>(newest) >= limit.rlim_cur - limit.rlim_cur / 10;
}

}  // namespace

struct Acceptor::Core final : HandleOwner, private Timer {
  Core(Loop& l, ListeningSocket listening, Accepted on_accepted, Exhausted on_exhausted);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  void listen();
  void accept_some();
  /// False when no connection is waiting.
  bool accept_one();
  bool take(int connection, const Address& peer);
  bool may_accept();
  /// Accepts nothing for a while; yields false.
  bool pause();
  void on_deadline() override { listen(); }
  void close_handles() override;

  Loop& loop;
  Accepted accepted;
  Exhausted exhausted;
  ListeningSocket socket;
  bool paused = false;  ///< and nothing was accepted since
  uv_poll_t poll{};
};

Acceptor::Core::Core(Loop& l, ListeningSocket listening, Accepted on_accepted, Exhausted on_exhausted)
    : loop(l), accepted(std::move(on_accepted)), exhausted(std::move(on_exhausted)), socket(std::move(listening)) {
  const int status = uv_poll_init_socket(loop.uv(), &poll, socket.fd());
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
  for (int i = 0; i < accepted_at_once && socket.fd() >= 0; ++i)  // accepted() may destroy the Acceptor
    if (!may_accept() || !accept_one()) return;
}

/// Asked before each connection: one that was accepted would have to be closed.
bool Acceptor::Core::may_accept() {
  const int newest = ::fcntl(socket.fd(), F_DUPFD_CLOEXEC, 0);
  if (newest < 0) return pause();
  ::close(newest);
  return !nearly_used_up(newest) || pause();
}

bool Acceptor::Core::accept_one() {
  SocketAddress peer;
  peer.length = sizeof peer.storage;
  const int connection = ::accept4(socket.fd(), peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
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
  paused = false;
  accepted(std::move(stream));
  return true;
}

bool Acceptor::Core::pause() {
  uv_poll_stop(&poll);  // it would be reported without end
  loop.timers().arm(*this, in(exhausted_pause));
  if (!std::exchange(paused, true) && exhausted) exhausted();
  return false;
}

void Acceptor::Core::close_handles() {
  disarm();
  uv_close(reinterpret_cast<uv_handle_t*>(&poll),
           [](uv_handle_t* h) { delete static_cast<Core*>(static_cast<HandleOwner*>(h->data)); });
  socket.close();
}

Acceptor::Acceptor(Loop& loop, ListeningSocket socket, Accepted accepted, Exhausted exhausted)
    : core_(new Core(loop, std::move(socket), std::move(accepted), std::move(exhausted))) {}

Acceptor::~Acceptor() { core_->close_handles(); }

const Address& Acceptor::address() const { return core_->socket.address(); }

}  // namespace postbag::async
