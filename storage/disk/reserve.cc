#include "storage/disk/reserve.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/posix.h"

namespace postbag::storage::disk {

namespace {

/// So many times its size have to be free before it is made: it must not itself be what fills the disk.
constexpr std::uint64_t plenty = 16;
constexpr std::uint64_t all_but_full = 1024 * 1024;

}  // namespace

std::uint64_t Reserve::bytes_on(const Room& room) const { return std::min(most_bytes_, room.all / 64); }

void Reserve::use_when_full() const noexcept {
  if (file_.empty()) return;
  const Room room = room_at(file_.parent_path());
  if (room.free < std::min(all_but_full, bytes_on(room))) give_up();
}

void Reserve::give_up() const noexcept {
  if (!file_.empty()) ::unlink(file_.c_str());
}

void Reserve::renew() const noexcept {
  if (file_.empty()) return;
  const Room room = room_at(file_.parent_path());
  const std::uint64_t bytes = bytes_on(room);
  struct stat status{};
  if (::stat(file_.c_str(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) >= bytes) return;
  if (room.free / plenty < bytes) return;
  const Fd fd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd && ::posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes)) != 0) ::unlink(file_.c_str());
}

}  // namespace postbag::storage::disk
