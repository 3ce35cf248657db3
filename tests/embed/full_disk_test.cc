// The disk fills up: what is refused then, what still works, and how space becomes free again. The functions below
// replace those of libc, also for SQLite: they imitate a disk of which only some bytes are free.

#undef _FILE_OFFSET_BITS  // otherwise the functions below have the names of their 64-bit twins

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "postbag/server.h"
#include "tests/embed/contains.h"
#include "tests/embed/running_server.h"
#include "tests/embed/socket_client.h"

using namespace postbag;

namespace {

constexpr std::int64_t plenty = std::int64_t{1} << 40;
/// Bytes by which files may still grow, and the size of the disk. Globals, because functions that
/// libraries call have no other place for them.
std::atomic<std::int64_t> room = plenty;      // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<std::int64_t> capacity = plenty;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// The length of a file; nothing for what is none.
std::optional<std::int64_t> length(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return status.st_size;
}

/// Takes what a write needs from the free space; false when it does not suffice.
bool take_room(int fd, std::size_t size, std::int64_t offset) {
  const auto before = length(fd);
  if (!before) return true;
  const std::int64_t growth = offset + static_cast<std::int64_t>(size) - *before;
  if (growth <= 0) return true;
  if (room.fetch_sub(growth) >= growth) return true;
  room += growth;
  errno = ENOSPC;
  return false;
}

struct Fixture : RunningServer {
  /// The disk has so many bytes.
  explicit Fixture(std::int64_t bytes = plenty, SearchIndex index = SearchIndex::when_searched) {
    room = capacity = bytes;
    ServerOptions options;
    options.search_index = index;
    start(std::move(options));
    REQUIRE(server->add_account("erin", "secret"));
  }
  ~Fixture() { room = plenty; }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
};

struct LoggedIn : SocketClient {
  explicit LoggedIn(const Fixture& f) : SocketClient(f.address()) {
    REQUIRE(contains(run("LOGIN erin secret"), "t OK"));
    REQUIRE(contains(run("SELECT INBOX"), "t OK"));
  }
};

bool deliver(Fixture& f, const std::string& message) {
  Delivery delivery = f.server->begin_delivery("erin", "INBOX").value();
  const Expected<void> taken = delivery.write(message);
  const Expected<Delivered> done = delivery.finish();
  CHECK((taken || !done));
  return done.has_value();
}

/// The tagged answer.
std::string append(SocketClient& client, const std::string& message) {
  client.send("t APPEND INBOX {" + std::to_string(message.size()) + "}\r\n");
  const std::string go_on = client.read_to("+ ");
  if (!contains(go_on, "+ ")) return go_on;
  client.send(message + "\r\n");
  return client.read_to("t ");
}

/// Appends until it is refused; returns how many were stored.
int fill(SocketClient& client, const std::string& message) {
  int count = 0;
  std::string answer = append(client, message);
  for (; contains(answer, "t OK"); ++count) answer = append(client, message);
  CHECK(contains(answer, "t NO [OVERQUOTA]"));
  return count;
}

/// Repeatedly, because upkeep frees some space now and then: until none is left.
bool is_refused(const std::function<bool()>& done) {
  constexpr int most = 10'000;
  for (int i = 0; i < most; ++i)
    if (!done()) return true;
  return false;
}

/// Upkeep runs a moment later.
bool append_soon(SocketClient& client, const std::string& message) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < end)
    if (contains(append(client, message), "t OK")) return true;
  return false;
}

/// The path of the reserve, a 64th of the disk, which upkeep makes.
std::string wait_for_reserve(const Fixture& f, SocketClient& client) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::string reserve = f.directory.path() / "reserve";
  std::error_code none;
  while (std::filesystem::file_size(reserve, none) != static_cast<std::uintmax_t>(capacity / 64)) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    REQUIRE(contains(client.run("NOOP"), "t OK"));
  }
  return reserve;
}

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
int ftruncate64(int fd, off64_t size) noexcept {
  const auto before = length(fd);
  const auto done = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  if (done == 0 && before) room += *before - size;
  return done;
}
int posix_fallocate64(int fd, off64_t, off64_t size) {
  if (!take_room(fd, static_cast<std::size_t>(size), 0)) return ENOSPC;
  return ::syscall(SYS_ftruncate, fd, size) == 0 ? 0 : errno;
}
int unlink(const char* path) noexcept {
  struct stat status{};
  const bool last = ::stat(path, &status) == 0 && status.st_nlink == 1;
  const auto done = static_cast<int>(::syscall(SYS_unlink, path));
  if (done == 0 && last) room += status.st_size;
  return done;
}
int statvfs64(const char*, struct statvfs64* out) noexcept {
  *out = {};
  out->f_frsize = 1;
  out->f_blocks = static_cast<fsblkcnt64_t>(capacity.load());
  out->f_bavail = static_cast<fsblkcnt64_t>(room.load());
  return 0;
}
int statvfs(const char* path, struct statvfs* out) noexcept {
  return statvfs64(path, reinterpret_cast<struct statvfs64*>(out));  // the same on 64-bit systems
}
}
static_assert(sizeof(struct statvfs) == sizeof(struct statvfs64));

TEST_CASE("a delivery that lost a piece is never finished, also when there is free space again") {
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

TEST_CASE("a delivery that was refused or finished accepts no more") {
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

TEST_CASE("a full disk gets free space by deleting") {
  for (const std::size_t size : {30'000U, 200'000U}) {  // in the database, in files
    CAPTURE(size);
    Fixture f(12 << 20);
    const std::string message = text_of(size);
    {
      LoggedIn client(f);
      const int count = fill(client, message);
      CHECK(count > 10);
      CHECK(room > 0);
      CHECK(is_refused([&] { return deliver(f, message); }));
      CHECK(is_refused([&] { return !contains(client.run("COPY 1 Archive"), "t NO [OVERQUOTA]"); }));
      CHECK(contains(client.run("FETCH 1 BODY.PEEK[]"), "t OK"));
      CHECK(contains(client.run("STORE 1:* +FLAGS.SILENT (\\Deleted)"), "t OK"));
      CHECK(contains(client.run("EXPUNGE"), "t OK"));
      for (int i = 0; i < count; ++i) REQUIRE(append_soon(client, message));  // as many as before
      fill(client, message);
    }
    // And after a start on the full disk; to move mail to the trash is to delete it.
    f.stop();
    f.start();
    LoggedIn client(f);
    CHECK(contains(client.run("MOVE 1:* Trash"), "t OK"));
    REQUIRE(contains(client.run("SELECT Trash"), "t OK"));
    CHECK(contains(client.run("STORE 1:* +FLAGS.SILENT (\\Deleted)"), "t OK"));
    CHECK(contains(client.run("CLOSE"), "t OK"));
    CHECK(append_soon(client, message));
  }
}

/// The index can be made again from the mail, and new mail needs its space more.
TEST_CASE("on a full disk the search index is dropped first, and searches find what they found") {
  Fixture f(48 << 20, SearchIndex::always);
  LoggedIn client(f);
  REQUIRE(contains(append(client, text_of(1000)), "t OK"));
  const std::string index = f.directory.path() / "accounts/1/search.db";
  REQUIRE(std::filesystem::exists(index));
  room = 0;
  CHECK(contains(append(client, text_of(1000)), "t NO [OVERQUOTA]"));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::filesystem::exists(index)) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    REQUIRE(contains(client.run("NOOP"), "t OK"));
  }
  CHECK(contains(client.run("SEARCH TEXT 90123456789"), "* SEARCH 1\r\n"));
}

TEST_CASE("a disk that others have filled to the last byte gets free space by deleting mail") {
  Fixture f(48 << 20);
  const std::string message = text_of(200'000);
  LoggedIn client(f);
  constexpr int messages = 60;
  for (int i = 0; i < messages; ++i) REQUIRE(contains(append(client, message), "t OK"));
  const std::string reserve = wait_for_reserve(f, client);
  room = 0;
  CHECK(contains(append(client, message), "t NO [OVERQUOTA]"));
  CHECK(contains(client.run("STORE 1:* +FLAGS.SILENT (\\Deleted)"), "t OK"));
  CHECK_FALSE(std::filesystem::exists(reserve));
  CHECK(contains(client.run("EXPUNGE"), "t OK"));
  CHECK(append_soon(client, message));
}

TEST_CASE("a server starts on a disk that others have filled to the last byte, and mail can be deleted") {
  Fixture f(48 << 20);
  const std::string message = text_of(200'000);
  {
    LoggedIn client(f);
    for (int i = 0; i < 60; ++i) REQUIRE(contains(append(client, message), "t OK"));
    wait_for_reserve(f, client);
  }
  f.stop();
  room = 0;
  f.start();
  LoggedIn client(f);
  CHECK(contains(append(client, message), "t NO [OVERQUOTA]"));
  CHECK(contains(client.run("STORE 1:* +FLAGS.SILENT (\\Deleted)"), "t OK"));
  CHECK(contains(client.run("EXPUNGE"), "t OK"));
  CHECK(append_soon(client, message));
}
