#include "storage/disk/room.h"

#include <limits>

#include <sys/statvfs.h>

namespace postbag::storage::disk {

Room room_at(const std::filesystem::path& path) {
  constexpr auto endless = std::numeric_limits<std::uint64_t>::max();
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0 || status.f_blocks == 0) return {endless, endless};
  const std::uint64_t block = status.f_frsize;
  return {status.f_bavail * block, status.f_blocks * block};
}

}  // namespace postbag::storage::disk
