// The client's end of a TLS connection, on a thread of its own, for tests.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls/handles.h"

namespace postbag::tls {

/// Blocking calls on a connected socket, which it owns.
class Client {
 public:
  Client(int fd, SSL_CTX& settings) : fd_(fd), ssl_(SSL_new(&settings)) { SSL_set_fd(ssl_.get(), fd); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(fd_); }

  bool connect() { return SSL_connect(ssl_.get()) == 1; }
  bool write(std::string_view bytes) {
    std::size_t done = 0;
    return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &done) == 1;
  }
  /// What comes next; empty at the end.
  std::string read() {
    std::string buffer(65536, '\0');
    std::size_t size = 0;
    if (SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &size) != 1) size = 0;
    return buffer.substr(0, size);
  }
  std::string read_all() {
    std::string all;
    for (std::string some = read(); !some.empty(); some = read()) all += some;
    return all;
  }
  /// True when the server has said that this is the end, and not only broken off.
  bool got_close_notify() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  void send_close_notify() { SSL_shutdown(ssl_.get()); }
  SSL* ssl() { return ssl_.get(); }
  int fd() const { return fd_; }

 private:
  int fd_;
  SslPtr ssl_;
};

}  // namespace postbag::tls
