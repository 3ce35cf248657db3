// A sync fails: it is unknown what is on the disk, so the store closes and says so, and the next login opens it
// again. The functions below replace those of libc, also for SQLite.

#include <atomic>
#include <cerrno>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "postbag/server.h"
#include "tests/embed/contains.h"
#include "tests/embed/running_server.h"
#include "tests/embed/socket_client.h"

using namespace postbag;

namespace {

/// errno of the next sync; 0: it succeeds. A global, because functions that libraries call cannot get it otherwise.
std::atomic<int> next_sync = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

int sync(long number, int fd) {
  errno = next_sync.exchange(0);
  return errno != 0 ? -1 : static_cast<int>(::syscall(number, fd));
}

class Log {
 public:
  void write(const LogLine& line) {
    const std::lock_guard held(mutex_);
    if (line.level == LogLine::Level::error) errors_.emplace_back(line.what);
  }
  std::vector<std::string> errors() {
    const std::lock_guard held(mutex_);
    return errors_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> errors_;
};

struct Fixture : RunningServer {
  explicit Fixture(ServerOptions options = {}) {
    options.log = [this](const LogLine& line) { log.write(line); };
    start_with_erin(std::move(options));
  }
  ~Fixture() { stop(); }  // before the log is destroyed
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  Log log;
};

void log_in(SocketClient& client) {
  REQUIRE(contains(client.run("LOGIN erin secret"), "t OK"));
  REQUIRE(contains(client.run("SELECT INBOX"), "t OK"));
}

const std::string append = "APPEND INBOX {12+}\r\nSubject: x\r\n";

}  // namespace

extern "C" {
int fsync(int fd) { return sync(SYS_fsync, fd); }
int fdatasync(int fd) { return sync(SYS_fdatasync, fd); }
}

TEST_CASE("a failed sync of a store that is closed for idleness ends all sessions of the account too") {
  Fixture f({.search_index = SearchIndex::never, .close_idle_after = std::chrono::seconds(1)});
  {
    SocketClient idle(f.address());
    log_in(idle);
    REQUIRE(contains(idle.run(append), "t OK [APPENDUID"));
    next_sync = EIO;
    CHECK(contains(idle.read_to("* BYE"), "* BYE [UNAVAILABLE] The mail store failed"));
  }
  SocketClient again(f.address());
  log_in(again);
  CHECK(contains(again.run("UID SEARCH ALL"), "* SEARCH 1\r\n"));
  CHECK(f.log.errors() == std::vector<std::string>{"mail store failed, its sessions end"});
}

TEST_CASE("a failed sync ends all sessions of the account, and the next login opens the store again") {
  Fixture f;
  {
    SocketClient writer(f.address());
    SocketClient watcher(f.address());
    log_in(writer);
    log_in(watcher);
    REQUIRE(contains(writer.run(append), "t OK [APPENDUID"));
    next_sync = EIO;
    CHECK(contains(writer.run(append), "t NO [SERVERBUG]"));
    CHECK(contains(writer.read_to("* BYE"), "* BYE [UNAVAILABLE] The mail store failed"));
    CHECK(contains(watcher.read_to("* BYE"), "* BYE [UNAVAILABLE] The mail store failed"));
  }
  SocketClient again(f.address());
  log_in(again);
  const std::string found = again.run("UID SEARCH ALL");
  CHECK((contains(found, "* SEARCH 1\r\n") || contains(found, "* SEARCH 1 2\r\n")));  // all or nothing
  CHECK(contains(again.run(append), "t OK [APPENDUID"));
  CHECK(f.log.errors() == std::vector<std::string>{"mail store failed, its sessions end", "store broken"});
}

TEST_CASE("a failed store ends a session whose commands never run out before the next of them") {
  Fixture f;
  std::string answers;
  std::promise<void> closed;
  Connection busy =
      f.server->connect([&](std::string_view bytes) { answers += bytes; }, [&] { closed.set_value(); }).value();
  std::string commands = "t LOGIN erin secret\r\n";
  for (int i = 0; i < 400'000; ++i) commands += "t NOOP\r\n";
  busy.send(commands + "last NOOP\r\n");
  SocketClient writer(f.address());
  log_in(writer);
  next_sync = EIO;
  CHECK(contains(writer.run(append), "t NO [SERVERBUG]"));
  closed.get_future().wait();
  CHECK(contains(answers, "* BYE [UNAVAILABLE] The mail store failed"));
  CHECK_FALSE(contains(answers, "last OK"));
}

TEST_CASE("after a failed sync neither a client that does not read nor an idle delivery keeps others out") {
  Fixture f;
  Delivery large = f.server->begin_delivery("erin", "INBOX").value();
  REQUIRE(large.write("Subject: x\r\n\r\n" + std::string(4'000'000, 'y')));
  REQUIRE(large.finish());
  SocketClient stuck(f.address());
  log_in(stuck);
  std::string fetch = "FETCH 1 (BODY[]";
  for (int i = 0; i < 20; ++i) fetch += " BODY[]";
  REQUIRE(stuck.send("t " + fetch + ")\r\n"));
  REQUIRE(contains(stuck.read_to("* 1 FETCH"), "BODY[]"));
  Delivery idle = f.server->begin_delivery("erin", "INBOX").value();
  REQUIRE(idle.write("Subject: x\r\n"));
  SocketClient writer(f.address());
  log_in(writer);
  next_sync = EIO;
  CHECK(contains(writer.run(append), "t NO [SERVERBUG]"));
  SocketClient again(f.address());
  log_in(again);
  CHECK(contains(again.run(append), "t OK [APPENDUID"));
  CHECK_FALSE(idle.write("Subject: y\r\n"));
  CHECK_FALSE(idle.finish());
  CHECK_FALSE(contains(stuck.read_to_end(), "t OK"));
}
