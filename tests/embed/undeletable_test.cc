// The mail of a removed account cannot be deleted: the server starts, says so, and tries again the next time. The
// function below replaces that of libc.

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "postbag/server.h"
#include "tests/embed/socket_client.h"
#include "tests/temporary_directory.h"

using namespace postbag;

namespace {

/// True if nothing can be renamed. A global, because functions that libraries call have no other place for it.
std::atomic<bool> stuck = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

ServerOptions options_for(const std::string& directory, std::vector<std::string>& warnings, std::mutex& mutex) {
  ServerOptions options;
  options.data_dir = directory;
  options.listen = {"127.0.0.1:0"};
  options.log = [&](const LogLine& line) {
    const std::lock_guard held(mutex);
    if (line.level == LogLine::Level::warning) warnings.emplace_back(line.what);
  };
  return options;
}

}  // namespace

extern "C" int rename(const char* from, const char* to) noexcept {
  if (!stuck) return static_cast<int>(::syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
  errno = EBUSY;
  return -1;
}

TEST_CASE("a removed account that cannot be deleted does not keep the server from starting") {
  const TemporaryDirectory directory;
  const std::filesystem::path removed = directory.path() / "accounts" / "1";
  std::vector<std::string> warnings;
  std::mutex mutex;
  {
    Server server = Server::open(options_for(directory.path(), warnings, mutex)).value();
    REQUIRE(server.add_account("gone", "secret"));
    REQUIRE(server.add_account("erin", "secret"));
    REQUIRE(server.remove_account("gone"));
  }
  for (const bool fails : {true, false}) {
    stuck = fails;
    Server server = Server::open(options_for(directory.path(), warnings, mutex)).value();
    REQUIRE(server.start());
    SocketClient client(server.addresses().front());
    CHECK(client.run("LOGIN erin secret").find("t OK") != std::string::npos);
    CHECK(std::filesystem::exists(removed) == fails);
    CHECK(warnings == std::vector<std::string>{"cannot delete a removed account"});
    server.stop(std::chrono::seconds(5));
    server.wait();
  }
}
