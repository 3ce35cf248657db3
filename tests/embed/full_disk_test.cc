// The disk fills up. What is refused then, what still works, and how it becomes free again. The functions below
// take the place of libc's, also for SQLite: they play a disk of which only some bytes are free.

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "postbag/server.h"
#include "socket_client.h"
#include "temporary_directory.h"

using namespace postbag;

namespace {

/// Bytes by which files may still grow. A global, since functions called by libraries have nowhere else to look.
constexpr std::int64_t plenty = std::int64_t{1} << 40;
std::atomic<std::int64_t> room = plenty;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool is_file(int fd, struct stat& status) { return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode); }

/// Takes what a write needs of the room; false when there is not enough.
bool take_room(int fd, std::size_t size, std::int64_t offset) {
  struct stat status{};
  if (!is_file(fd, status)) return true;
  const std::int64_t growth = offset + static_cast<std::int64_t>(size) - status.st_size;
  if (growth <= 0) return true;
  if (room.fetch_sub(growth) >= growth) return true;
  room += growth;
  errno = ENOSPC;
  return false;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A server over files with one account.
struct Fixture {
  explicit Fixture() {
    room = plenty;
    ServerOptions options;
    options.data_dir = directory.path();
    options.listen = {"127.0.0.1:0"};
    server.emplace(Server::open(std::move(options)).value());
    REQUIRE(server->add_account("erin", "secret"));
    REQUIRE(server->start());
  }
  ~Fixture() {
    room = plenty;
    server->stop(std::chrono::seconds(5));
    server->wait();
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  TemporaryDirectory directory;
  std::optional<Server> server;
};

std::string text_of(std::size_t size) {
  std::string text = "Subject: x\r\n\r\n";
  while (text.size() < size) text += "0123456789012345678901234567890123456789\r\n";
  return text;
}

}  // namespace

extern "C" {
ssize_t write(int fd, const void* data, size_t size) {
  if (!take_room(fd, size, ::lseek(fd, 0, SEEK_CUR))) return -1;
  return ::syscall(SYS_write, fd, data, size);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  if (!take_room(fd, size, at)) return -1;
  return ::syscall(SYS_pwrite64, fd, data, size, at);
}
}

TEST_CASE("a delivery that lost a piece is never finished, also when there is room again") {
  Fixture f;
  const std::string piece = text_of(100'000);
  Delivery damaged = f.server->begin_delivery("erin", "INBOX").value();
  REQUIRE(damaged.write(piece));
  room = 0;
  CHECK(damaged.write(piece).error().cause == Cause::broken);
  room = plenty;
  CHECK(damaged.write(piece).error().cause == Cause::broken);
  CHECK(damaged.finish().error().cause == Cause::broken);

  Delivery whole = f.server->begin_delivery("erin", "INBOX").value();
  REQUIRE(whole.write(piece));
  CHECK(whole.finish().value().uid == 1);
  SocketClient client(f.server->addresses().front());
  REQUIRE(contains(client.run("LOGIN erin secret"), "t OK"));
  CHECK(contains(client.run("STATUS INBOX (MESSAGES SIZE)"), "MESSAGES 1 SIZE " + std::to_string(piece.size())));
}

TEST_CASE("a delivery that was refused or finished takes no more") {
  Fixture f;
  Delivery once = f.server->begin_delivery("erin", "INBOX").value();
  REQUIRE(once.write(text_of(100)));
  CHECK(once.finish().value().uid == 1);
  CHECK(once.write("more\r\n").error().cause == Cause::refused);
  CHECK(once.finish().error().cause == Cause::refused);

  Delivery large = f.server->begin_delivery("erin", "INBOX").value();
  REQUIRE(large.write(text_of(100)));
  CHECK(large.write(std::string(51 << 20, 'x')).error().cause == Cause::message_too_big);
  CHECK(large.finish().error().cause == Cause::message_too_big);
  SocketClient client(f.server->addresses().front());
  REQUIRE(contains(client.run("LOGIN erin secret"), "t OK"));
  CHECK(contains(client.run("STATUS INBOX (MESSAGES)"), "MESSAGES 1"));
}
