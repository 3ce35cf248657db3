// Room that is held in a file, for the time when others have filled the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include "storage/disk/room.h"

namespace postbag::storage::disk {

/// A file without meaning, which is given up when there is no room for anything else any more. Several objects,
/// also on other threads, may stand for the same file.
class Reserve {
 public:
  /// Empty: there is none. On a small disk it takes a 64th of it, else `most_bytes`.
  Reserve(std::filesystem::path file, std::uint64_t most_bytes) : file_(std::move(file)), most_bytes_(most_bytes) {}

  /// Gives the file up when the disk is all but full.
  void use_when_full() const noexcept;
  void give_up() const noexcept;
  /// Makes it, or makes it as large as it should be, when there is plenty of room. What fails is left for later.
  void renew() const noexcept;

 private:
  std::uint64_t bytes_on(const Room& room) const;

  std::filesystem::path file_;
  std::uint64_t most_bytes_;
};

}  // namespace postbag::storage::disk
