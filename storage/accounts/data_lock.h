// One server at a time.
#pragma once

#include <filesystem>
#include <utility>

namespace postbag::storage {

/// The exclusive hold on a data directory; one server at a time. Commands that only touch the directory database
/// need none. Movable; released by destruction, and by the end of the process
/// and of its children made by fork(2), which hold it too but release nothing by destruction.
class DataLock {
 public:
  /// Makes the directory when missing. Throws InUse when another process or object holds it, Broken when it cannot.
  static DataLock acquire(const std::filesystem::path& directory);
  DataLock(DataLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), process_(other.process_) {}
  DataLock& operator=(DataLock&& other) noexcept;
  ~DataLock();

 private:
  explicit DataLock(int fd);
  int fd_;
  int process_;  ///< that took it
};

}  // namespace postbag::storage
