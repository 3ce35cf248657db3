#include "storage/accounts/data_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/disk/posix.h"
#include "storage/errors.h"

namespace postbag::storage {

DataLock DataLock::acquire(const std::filesystem::path& directory) {
  disk::make_directory(directory);
  const auto path = directory / "lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) disk::throw_errno("cannot open " + path.string());
  DataLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) throw InUse("another server uses " + directory.string());
  disk::throw_errno("cannot lock " + path.string());
}

DataLock::DataLock(int fd) : fd_(fd), process_(::getpid()) {}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(process_, other.process_);
  return *this;
}

DataLock::~DataLock() {
  if (fd_ < 0) return;
  // flock(2): the lock is the open file's, which a forked child shares, so closing is not enough here, and
  // unlocking in the child would be too much.
  if (::getpid() == process_) ::flock(fd_, LOCK_UN);
  ::close(fd_);
}

}  // namespace postbag::storage
