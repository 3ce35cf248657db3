// A blocking IMAP client over a socket, for another thread than the server's.
#pragma once

#include <array>
#include <chrono>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

class SocketClient {
 public:
  /// `address` is "127.0.0.1:PORT". What fails shows as an empty answer.
  explicit SocketClient(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{30, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&in), sizeof in) == 0) greeting_ = read_to("* ");
  }
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;
  ~SocketClient() { ::close(fd_); }

  const std::string& greeting() const { return greeting_; }
  std::string run(const std::string& command) {
    if (!send("t " + command + "\r\n")) return {};
    return read_to("t ");
  }
  /// The client sends no more; answers still come.
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  /// From now on the destructor resets the connection instead of closing it.
  void reset_at_end() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  /// True if something to read, or the end, comes within that time.
  bool hears_within(std::chrono::milliseconds time) {
    pollfd asked{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, static_cast<int>(time.count())) == 1;
  }
  bool send(const std::string& bytes) {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  /// All lines up to the one that begins with `start`; what came so far when the connection ends.
  std::string read_to(const std::string& start) {
    std::string all;
    for (std::string line = read_line(); !line.empty(); line = read_line()) {
      all += line;
      if (line.starts_with(start)) break;
    }
    return all;
  }
  /// All that comes until the end; also when that is a reset.
  std::string read_to_end() {
    std::string all;
    std::array<char, 65536> piece;
    for (ssize_t n = 1; n > 0;) {
      n = ::recv(fd_, piece.data(), piece.size(), 0);
      if (n > 0) all.append(piece.data(), static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  std::string read_line() {
    std::string line;
    char c = 0;
    while (!line.ends_with("\r\n") && ::recv(fd_, &c, 1, 0) == 1) line += c;
    return line;
  }

  int fd_;
  std::string greeting_;
};
