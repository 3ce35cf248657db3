#include "main/control/control_socket.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace postbag::daemon {

namespace {

constexpr std::size_t piece = 64 * 1024;
constexpr time_t patience_seconds = 120;

std::string path_in(const std::string& data_dir) { return data_dir + "/control.sock"; }

/// The socket's address, whatever the length of the directory's name: the kernel accepts 107 bytes, so a longer
/// path goes through the directory's descriptor.
class SocketName {
 public:
  explicit SocketName(const std::string& data_dir) {
    std::string path = path_in(data_dir);
    if (path.size() >= sizeof address_.sun_path) {
      directory_ = ::open(data_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
      path = path_in("/proc/self/fd/" + std::to_string(directory_));
    }
    address_.sun_family = AF_UNIX;
    path.copy(address_.sun_path, sizeof address_.sun_path - 1);
  }
  SocketName(const SocketName&) = delete;
  SocketName& operator=(const SocketName&) = delete;
  ~SocketName() {
    if (directory_ >= 0) ::close(directory_);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t size = sizeof(sockaddr_un);

 private:
  sockaddr_un address_{};
  int directory_ = -1;
};

int new_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  return fd;
}

}  // namespace

ControlConnection::ControlConnection(int fd) : fd_(fd) {
  const timeval patience{patience_seconds, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

ControlConnection::~ControlConnection() {
  if (fd_ >= 0) ::close(fd_);
}

bool ControlConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void ControlConnection::end_sending() const { ::shutdown(fd_, SHUT_WR); }

bool ControlConnection::receive_more() {
  const std::size_t before = received_.size();
  received_.resize(before + piece);
  ssize_t n = 0;
  do n = ::recv(fd_, received_.data() + before, piece, 0);
  while (n < 0 && errno == EINTR);
  received_.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
  return n > 0;
}

std::optional<std::string> ControlConnection::receive_line() {
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos)
    if (received_.size() > piece || !receive_more()) return std::nullopt;
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

std::optional<nlohmann::json> ControlConnection::receive_json() {
  const std::optional<std::string> line = receive_line();
  if (!line) return std::nullopt;
  auto value = nlohmann::json::parse(*line, nullptr, false);
  return value.is_object() ? std::optional(std::move(value)) : std::nullopt;
}

std::optional<std::string> ControlConnection::receive_piece() {
  const std::optional<std::string> line = receive_line();
  if (!line) return std::nullopt;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), size);
  if (error != std::errc{} || end != line->data() + line->size() || size > piece) return std::nullopt;
  while (received_.size() < size)
    if (!receive_more()) return std::nullopt;
  std::string bytes = received_.substr(0, size);
  received_.erase(0, size);
  return bytes;
}

void ControlConnection::drain() {
  do received_.clear();
  while (receive_more());
}

std::optional<ControlConnection> connect_to_server(const std::string& data_dir) {
  ControlConnection connection(new_socket());
  const SocketName name(data_dir);
  if (::connect(connection.fd(), name.get(), SocketName::size) != 0) return std::nullopt;
  return connection;
}

int listen_for_control(const std::string& data_dir) {
  remove_control_socket(data_dir);
  const int fd = new_socket();
  const SocketName name(data_dir);
  const bool listens = ::bind(fd, name.get(), SocketName::size) == 0 &&
                       ::chmod(path_in(data_dir).c_str(), S_IRUSR | S_IWUSR) == 0 && ::listen(fd, SOMAXCONN) == 0;
  if (listens) return fd;
  const int error = errno;
  ::close(fd);
  throw std::system_error(error, std::generic_category(), path_in(data_dir));
}

void remove_control_socket(const std::string& data_dir) { ::unlink(path_in(data_dir).c_str()); }

nlohmann::json to_json(const Failure& failure) {
  return {{"ok", false}, {"cause", static_cast<int>(failure.cause)}, {"text", failure.text}};
}

Failure failure_from(const nlohmann::json& answer) {
  return {static_cast<Cause>(answer.value("cause", static_cast<int>(Cause::broken))), answer.value("text", "")};
}

}  // namespace postbag::daemon
