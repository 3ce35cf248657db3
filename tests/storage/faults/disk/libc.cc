// The functions of libc that layer.h mentions.
//
// With 64-bit offsets glibc renames pwrite to pwrite64 and so on; here both names are defined.
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include <cstdarg>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/storage/faults/disk/layer.h"

using postbag::storage::test::Layer;

namespace {

/// The layer, if it covers that path or descriptor.
template <class File>
Layer* covering(File file) {
  auto* layer = Layer::in_place();
  return layer != nullptr && layer->covers(file) ? layer : nullptr;
}

int open_at(const char* path, int flags, unsigned mode) {
  if (auto* layer = covering(path)) return layer->open(path, flags, mode);
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

/// The third argument of open(2), which exists only if a file may be created.
unsigned mode_of(int flags, va_list arguments) { return (flags & O_CREAT) != 0 ? va_arg(arguments, unsigned) : 0; }

long write_at(int fd, const void* data, size_t size, off64_t at) {
  if (auto* layer = covering(fd)) return layer->write(fd, data, size, at, false);
  return ::syscall(SYS_pwrite64, fd, data, size, at);
}

int truncate_to(int fd, off64_t size) {
  if (auto* layer = covering(fd)) return layer->truncate(fd, size);
  return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}

int sync_file(int fd) {
  if (auto* layer = covering(fd)) return layer->sync(fd);
  return 0;  // nothing outside the layer needs to outlive this process
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(path, flags, mode);
}
int close(int fd) {
  if (auto* layer = covering(fd)) layer->close(fd);
  return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t write(int fd, const void* data, size_t size) {
  if (auto* layer = covering(fd)) return layer->write(fd, data, size, ::lseek64(fd, 0, SEEK_CUR), true);
  return ::syscall(SYS_write, fd, data, size);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) { return write_at(fd, data, size, at); }
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) { return write_at(fd, data, size, at); }
int ftruncate(int fd, off_t size) noexcept { return truncate_to(fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return truncate_to(fd, size); }
int fsync(int fd) { return sync_file(fd); }
int fdatasync(int fd) { return sync_file(fd); }

int mkdir(const char* path, mode_t mode) noexcept {
  if (auto* layer = covering(path)) return layer->make_directory(path, mode);
  return static_cast<int>(::syscall(SYS_mkdir, path, mode));
}
int rmdir(const char* path) noexcept {
  if (auto* layer = covering(path)) return layer->remove_directory(path);
  return static_cast<int>(::syscall(SYS_rmdir, path));
}
int link(const char* from, const char* to) noexcept {
  if (auto* layer = covering(from)) return layer->link(from, to);
  return static_cast<int>(::syscall(SYS_link, from, to));
}
int unlink(const char* path) noexcept {
  if (auto* layer = covering(path)) return layer->unlink(path);
  return static_cast<int>(::syscall(SYS_unlink, path));
}
int rename(const char* from, const char* to) noexcept {
  if (auto* layer = covering(from)) return layer->rename(from, to);
  return static_cast<int>(::syscall(SYS_rename, from, to));
}
}
