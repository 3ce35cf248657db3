// What the kernel refuses a process that restricted itself: tried out in children, whose exit code says what
// failed.

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "main/protection/landlock.h"
#include "main/protection/seccomp.h"
#include "tests/temporary_directory.h"

using namespace postbag::daemon;

namespace {

constexpr int all_right = 0;
constexpr int not_in_this_kernel = 100;

/// Runs `steps` in a child, and yields the number of the line that it returned, or what ended it.
int in_child(const std::function<int()>& steps) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    try {
      ::_exit(steps());
    } catch (const std::system_error&) {
      ::_exit(1);
    }
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/// True when the call failed with `error`.
bool refused(long result, int error) { return result == -1 && errno == error; }

/// Asks the kernel, and not what is tested.
bool has_seccomp() {
  const std::uint32_t refusal = SECCOMP_RET_ERRNO;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &refusal) == 0;
}

/// The first version is not used: under it no large message could be stored.
bool has_landlock() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 2;
}

/// `how` is what in_child() yielded. Only a kernel without the restriction excuses that it is not in force.
void check_restricted(int how, bool is_in_kernel) {
  if (how == not_in_this_kernel && !is_in_kernel) {
    MESSAGE("not tried: this kernel does not have it");
    return;
  }
  CHECK(how == all_right);
}

bool can_write(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  return fd >= 0 && ::write(fd, "x", 1) == 1 && ::close(fd) == 0;
}

bool can_read(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  return fd >= 0 && ::close(fd) == 0;
}

int try_calls() {
  if (!restrict_system_calls()) return not_in_this_kernel;
  char* const none[] = {nullptr};
  if (!refused(::execve("/bin/true", none, none), ENOSYS)) return 2;
  if (!refused(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr), ENOSYS)) return 3;
  if (!refused(::socket(AF_NETLINK, SOCK_RAW, 0), ENOSYS)) return 4;
  if (!refused(::syscall(SYS_ptrace, 0, 0, 0, 0), ENOSYS)) return 5;
  if (!refused(::syscall(SYS_setuid, 0), ENOSYS)) return 6;
  if (!refused(::kill(::getppid(), 0), ENOSYS)) return 7;
  if (!refused(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), ENOSYS)) return 8;
  void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return 9;
  if (!refused(::mprotect(page, 4096, PROT_READ | PROT_EXEC), ENOSYS)) return 10;
  constexpr int writable_code = PROT_READ | PROT_WRITE | PROT_EXEC;
  void* const code = ::mmap(nullptr, 4096, writable_code, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code != MAP_FAILED || errno != ENOSYS) return 11;
  const int tcp = ::socket(AF_INET, SOCK_STREAM, 0);
  if (tcp < 0 || !can_read("/dev/null")) return 12;
  return all_right;
}

int try_thread() {
  if (!restrict_system_calls()) return not_in_this_kernel;
  int seen = 0;
  std::thread([&] { seen = 1; }).join();
  return seen == 1 ? all_right : 2;
}

int connect_to(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = port;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace

// The runtime of the thread sanitizer makes calls of its own when the process forks.
#if !defined(__SANITIZE_THREAD__)
TEST_CASE("system calls that a mail server does not need are refused") {
  check_restricted(in_child(try_calls), has_seccomp());
}

TEST_CASE("threads can still be started after system calls are restricted") {
  check_restricted(in_child(try_thread), has_seccomp());
}
#endif

TEST_CASE("files that are not named are refused") {
  const TemporaryDirectory mail, readable, other;
  for (const auto* const directory : {&mail, &readable, &other}) std::ofstream(directory->path() / "file") << "x";
  const auto path = [](const TemporaryDirectory& directory, const char* name) {
    return (directory.path() / name).string();
  };
  const int how = in_child([&] {
    const int version =
        restrict_files({.readable = {readable.path().string(), "/nowhere"}, .writable = {mail.path().string()}});
    if (version == 0) return not_in_this_kernel;
    if (!can_write(path(mail, "file")) || !can_write(path(mail, "new"))) return 2;
    if (::mkdir(path(mail, "room").c_str(), 0700) != 0) return 3;
    if (::rename(path(mail, "new").c_str(), path(mail, "room/new").c_str()) != 0 && version >= 2) return 4;
    if (!refused(::symlink("/etc/passwd", path(mail, "link").c_str()), EACCES)) return 5;
    if (!can_read(path(readable, "file"))) return 6;
    if (can_write(path(readable, "file")) || can_write(path(readable, "new"))) return 7;
    if (can_read(path(other, "file")) || can_read("/etc/passwd")) return 8;
    if (!refused(::unlink(path(other, "file").c_str()), EACCES)) return 9;
    if (version >= 4 && !refused(connect_to(1), EACCES)) return 10;
    if (version >= 6 && !refused(::kill(::getppid(), 0), EPERM)) return 11;
    return all_right;
  });
  check_restricted(how, has_landlock());
}

TEST_CASE("a file that may be replaced is named by its directory, also behind a symbolic link") {
  const TemporaryDirectory live, archive;
  const std::string target = archive.path() / "cert1.pem", link = live.path() / "cert.pem";
  std::ofstream(target) << "x";
  REQUIRE(::symlink(target.c_str(), link.c_str()) == 0);
  std::vector<std::string> directories;
  add_directory_of(directories, link);
  CHECK(directories == std::vector<std::string>{live.path().string(), archive.path().string()});
}
