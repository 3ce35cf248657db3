// How much a file system still takes.
#pragma once

#include <cstdint>
#include <filesystem>

namespace postbag::storage::disk {

/// Bytes of a file system.
struct Room {
  std::uint64_t free = 0;  ///< for us, without what is kept for the system
  std::uint64_t all = 0;
};

/// Of the file system that holds `path`. One that cannot be asked counts as endless: writing will show it.
Room room_at(const std::filesystem::path& path);

}  // namespace postbag::storage::disk
