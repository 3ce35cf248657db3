// With 64-bit offsets glibc renames pwrite to pwrite64; here both are defined.
#undef _FILE_OFFSET_BITS

#include "tests/storage/faults.h"

#include <atomic>
#include <cerrno>

#include <sys/syscall.h>
#include <unistd.h>

using postbag::storage::test::Failed;

namespace {

// The only mutable globals: functions called by libraries have nowhere else to look.
std::atomic<int> calls_left = -1;              // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<int> error_code = 0;               // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<Failed> failed = Failed::nothing;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool fails_now(Failed kind) {
  if (calls_left < 0 || calls_left-- > 0) return false;
  failed = kind;
  errno = error_code;
  return true;
}

template <class... Arguments>
long call(Failed kind, long number, Arguments... arguments) {
  return fails_now(kind) ? -1 : ::syscall(number, arguments...);
}

}  // namespace

extern "C" {
int fsync(int fd) { return static_cast<int>(call(Failed::sync, SYS_fsync, fd)); }
int fdatasync(int fd) { return static_cast<int>(call(Failed::sync, SYS_fdatasync, fd)); }
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  return call(Failed::write, SYS_pwrite64, fd, data, size, at);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  return call(Failed::write, SYS_pwrite64, fd, data, size, at);
}
ssize_t write(int fd, const void* data, size_t size) { return call(Failed::write, SYS_write, fd, data, size); }
int link(const char* from, const char* to) noexcept {
  return static_cast<int>(call(Failed::write, SYS_link, from, to));
}
}

namespace postbag::storage::test {

void fail_call(int after, int code) {
  failed = Failed::nothing;
  error_code = code;
  calls_left = after;
}

Failed stop_failing() {
  calls_left = -1;
  return failed;
}

}  // namespace postbag::storage::test
