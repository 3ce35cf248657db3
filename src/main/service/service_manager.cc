#include "main/service/service_manager.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

namespace postbag::daemon {

namespace {

constexpr int first_passed = 3;  // SD_LISTEN_FDS_START
constexpr std::uint64_t most_passed = 256;
constexpr std::string_view tls_name = "imaps";

/// The variable's value, which no child and no later reader gets; empty when there is none.
std::string take_variable(const char* name) {
  const char* const value = std::getenv(name);
  std::string taken = value != nullptr ? value : "";
  ::unsetenv(name);
  return taken;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Connected to a Unix socket, whose name is a path, or abstract where it begins with '@'.
int connected_to(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() >= sizeof address.sun_path) throw std::system_error(ENAMETOOLONG, std::generic_category(), name);
  name.copy(address.sun_path, name.size());
  if (name.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return fd;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  throw std::system_error(error, std::generic_category(), "NOTIFY_SOCKET " + name);
}

std::chrono::milliseconds taken_interval() {
  const std::string pid = take_variable("WATCHDOG_PID");
  const auto time = number(take_variable("WATCHDOG_USEC"));
  if (!time || (!pid.empty() && number(pid) != static_cast<std::uint64_t>(::getpid()))) return {};
  return std::chrono::milliseconds(std::max<std::uint64_t>(*time / 2000, 1));
}

/// The next of the names separated by colons.
std::string_view take_name(std::string_view& names) {
  const std::string_view name = names.substr(0, names.find(':'));
  names.remove_prefix(std::min(name.size() + 1, names.size()));
  return name;
}

}  // namespace

ServiceManager::ServiceManager() : watchdog_interval_(taken_interval()) {
  const std::string name = take_variable("NOTIFY_SOCKET");
  if (name.empty())
    watchdog_interval_ = {};
  else
    fd_ = connected_to(name);
}

ServiceManager::~ServiceManager() {
  if (fd_ >= 0) ::close(fd_);
}

void ServiceManager::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t microseconds = now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

/// A manager that does not read keeps nobody waiting: it misses this notification.
void ServiceManager::send(std::string_view state) const {
  if (fd_ >= 0) ::send(fd_, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

PassedSockets take_passed_sockets() {
  const auto pid = number(take_variable("LISTEN_PID"));
  const auto count = number(take_variable("LISTEN_FDS"));
  const std::string all_names = take_variable("LISTEN_FDNAMES");
  PassedSockets passed;
  if (pid != static_cast<std::uint64_t>(::getpid()) || !count || *count > most_passed) return passed;
  std::string_view names = all_names;
  for (int fd = first_passed; fd < first_passed + static_cast<int>(*count); ++fd) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    auto& list = take_name(names) == tls_name ? passed.listen_tls : passed.listen;
    list.push_back("fd:" + std::to_string(fd));
  }
  return passed;
}

}  // namespace postbag::daemon
