#include "async/net/socket.h"

#include <cerrno>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "async/handle_owner.h"

// Sockets are read and written here; libuv only reports when they are ready. uv_write would raise SIGPIPE in the
// host's process, would keep the buffer of a cancelled writer, and does not report how much of a slow write was
// sent.

namespace postbag::async {

namespace {

/// How long a closed connection is kept so that the peer can read our last output.
constexpr std::uint64_t linger_ms = 1'000;
/// How often a connection that is not being read is checked for a break: libuv reports only sockets that it
/// watches.
constexpr std::chrono::milliseconds check_interval{250};

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

class Socket;

/// The descriptor and its handles. Freed when they have closed, which is after the Socket was destroyed.
class Descriptor final : public HandleOwner {
 public:
  Descriptor(uv_loop_t* loop, int fd, Socket& user);
  int fd() const { return fd_; }
  /// Which events to report; 0 for none.
  void watch(int events);
  /// Shuts down the sending side, then drops what arrives until the peer's end or for linger_ms. Closing a socket
  /// with unread bytes would reset the connection, and the peer could lose our last output (RFC 9293 section
  /// 3.10.4, RFC 1122 4.2.2.13).
  void linger();
  void close_handles() override;

 private:
  ~Descriptor() = default;
  static void on_poll(uv_poll_t* poll, int status, int events);
  static void on_closed(uv_handle_t* handle);
  void drain();

  int fd_;
  int watched_ = 0;
  int open_handles_ = 1;
  Socket* user_;  // null while lingering
  uv_poll_t poll_{};
  std::unique_ptr<uv_timer_t> timer_;
};

class Socket final : public Stream {
 public:
  Socket(Loop& loop, int fd, Address peer)
      : Stream(loop, std::move(peer)), descriptor_(*new Descriptor(loop.uv(), fd, *this)) {}
  ~Socket() override {
    if (!is_closed()) descriptor_.close_handles();
  }
  void on_poll(int status, int events);

 private:
  /// Checks regularly, while armed, whether the connection broke or its end arrived.
  class BreakCheck final : private async::Timer {
   public:
    explicit BreakCheck(Socket& socket) : socket_(socket) {}
    void begin() { socket_.loop().timers().arm(*this, in(check_interval)); }
    void end() { disarm(); }

   private:
    void on_deadline() override { socket_.look(); }
    Socket& socket_;
  };

  std::optional<std::size_t> try_write(std::string_view bytes) override;
  void want_read(bool wanted) override;
  void want_write(bool wanted) override { watch(UV_WRITABLE, wanted); }
  void do_close() override;
  void watch(int event, bool wanted);
  void read();
  void look();

  Descriptor& descriptor_;
  int events_ = 0;
  BreakCheck break_check_{*this};
};

Descriptor::Descriptor(uv_loop_t* loop, int fd, Socket& user) : fd_(fd), user_(&user) {
  const int status = uv_poll_init_socket(loop, &poll_, fd);
  if (status == 0) {
    poll_.data = this;
    return;
  }
  ::close(fd);
  throw std::system_error(-status, std::generic_category(), "uv_poll_init_socket");
}

void Descriptor::watch(int events) {
  if (events == watched_) return;
  watched_ = events;
  if (events == 0)
    uv_poll_stop(&poll_);
  else
    uv_poll_start(&poll_, events, &Descriptor::on_poll);
}

void Descriptor::on_poll(uv_poll_t* poll, int status, int events) {
  Descriptor& self = *static_cast<Descriptor*>(static_cast<HandleOwner*>(poll->data));
  if (status < 0) self.watched_ = 0;  // libuv has stopped watching
  if (self.user_ != nullptr)
    self.user_->on_poll(status, events);
  else if (status < 0)
    self.close_handles();
  else
    self.drain();
}

void Descriptor::linger() {
  user_ = nullptr;
  if (::shutdown(fd_, SHUT_WR) != 0) return close_handles();
  timer_ = std::make_unique<uv_timer_t>();
  uv_timer_init(poll_.loop, timer_.get());
  timer_->data = poll_.data;
  ++open_handles_;
  uv_timer_start(
      timer_.get(), [](uv_timer_t* t) { static_cast<HandleOwner*>(t->data)->close_handles(); }, linger_ms, 0);
  watch(UV_READABLE);
}

void Descriptor::drain() {
  std::array<char, 4096> dropped;
  const ssize_t n = ::recv(fd_, dropped.data(), dropped.size(), 0);
  if (n == 0 || (n < 0 && !would_block())) close_handles();
}

void Descriptor::close_handles() {
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_), &Descriptor::on_closed);
  if (timer_) uv_close(reinterpret_cast<uv_handle_t*>(timer_.get()), &Descriptor::on_closed);
  ::close(fd_);  // allowed at once: uv_close stopped the polling
}

void Descriptor::on_closed(uv_handle_t* handle) {
  Descriptor* self = static_cast<Descriptor*>(static_cast<HandleOwner*>(handle->data));
  if (--self->open_handles_ == 0) delete self;
}

void Socket::on_poll(int status, int events) {
  if (status < 0) return close();  // the socket reports an error: a reset, or a peer that was silent too long
  if ((events & UV_WRITABLE) != 0) became_writable();
  if ((events & UV_READABLE) != 0 && !is_closed()) read();
}

void Socket::read() {
  const std::span<char> buffer = loop().read_buffer();
  const ssize_t n = ::recv(descriptor_.fd(), buffer.data(), buffer.size(), 0);
  if (n > 0) {
    const std::span<char> bytes = buffer.first(static_cast<std::size_t>(n));
    received({bytes.data(), bytes.size()});
    ::explicit_bzero(bytes.data(), bytes.size());  // a password in it would stay until somebody sends as much
  } else if (n == 0) {
    received_end();
  } else if (!would_block()) {
    close();
  }
}

void Socket::look() {
  pollfd asked{.fd = descriptor_.fd(), .events = POLLRDHUP, .revents = 0};
  ::poll(&asked, 1, 0);
  if ((asked.revents & (POLLERR | POLLHUP)) != 0) return close();
  if ((asked.revents & POLLRDHUP) != 0) noticed_end();
  break_check_.begin();
}

void Socket::want_read(bool wanted) {
  watch(UV_READABLE, wanted);
  if (wanted)
    break_check_.end();
  else
    break_check_.begin();
}

std::optional<std::size_t> Socket::try_write(std::string_view bytes) {
  const ssize_t n = ::send(descriptor_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n >= 0) return static_cast<std::size_t>(n);
  return would_block() ? std::optional<std::size_t>(0) : std::nullopt;
}

void Socket::watch(int event, bool wanted) {
  events_ = wanted ? events_ | event : events_ & ~event;
  descriptor_.watch(events_);
}

void Socket::do_close() {
  break_check_.end();
  descriptor_.linger();
}

}  // namespace

std::unique_ptr<Stream> make_socket(Loop& loop, int fd, Address peer) {
  if (peer.is_ip()) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return std::make_unique<Socket>(loop, fd, std::move(peer));
}

}  // namespace postbag::async
