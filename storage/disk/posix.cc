#include "storage/disk/posix.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/errors.h"

namespace postbag::storage::disk {

void throw_errno(std::string_view doing) {
  const int code = errno;
  const std::string text = std::string(doing) + ": " + std::generic_category().message(code);
  if (code == ENOSPC || code == EDQUOT) throw DiskFull(text);
  if (code == EMFILE || code == ENFILE) throw Unavailable(text);
  throw Broken(text);
}

void throw_failed_sync(const std::string& of_what) {
  throw Broken("cannot sync " + of_what + ": " + std::generic_category().message(errno));
}

Fd open_file(const std::filesystem::path& path, int flags) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!fd) throw_errno("cannot open " + path.string());
  return fd;
}

void write_all(const Fd& fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("cannot write a message");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string read_some(const Fd& fd, std::uint64_t offset, std::size_t length) {
  std::string out(length, '\0');
  std::size_t have = 0;
  while (have < length) {
    const auto n = ::pread(fd.get(), out.data() + have, length - have, static_cast<off_t>(offset + have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("cannot read a message");
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  out.resize(have);
  return out;
}

void sync_directory(const std::filesystem::path& path) {
  const auto fd = open_file(path, O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) throw_failed_sync(path.string());
}

namespace {

/// Without a slash at its end, after which parent_path() would find the directory itself.
std::filesystem::path trimmed(const std::filesystem::path& path) {
  return path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
}

}  // namespace

void sync_into_parent(const std::filesystem::path& path) {
  const auto parent = trimmed(path).parent_path();
  sync_directory(parent.empty() ? "." : parent);
}

namespace {

/// False when the directory above it is missing.
bool make_one(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    try {
      sync_into_parent(path);
    } catch (...) {
      ::rmdir(path.c_str());  // who finds it there takes it for durable
      throw;
    }
    return true;
  }
  const int code = errno;
  if (code == ENOENT) return false;
  std::error_code none;
  if (code == EEXIST && std::filesystem::is_directory(path, none)) return true;
  if (code == EEXIST && !std::filesystem::exists(path, none))
    throw Broken("cannot make " + path.string() + ": there is a symbolic link that leads nowhere");
  errno = code == EEXIST ? ENOTDIR : code;
  throw_errno("cannot make " + path.string());
}

}  // namespace

void make_directory(const std::filesystem::path& given) {
  const auto path = trimmed(given);
  if (make_one(path)) return;
  if (path.has_parent_path()) {
    make_directory(path.parent_path());
    if (make_one(path)) return;
  }
  errno = ENOENT;
  throw_errno("cannot make " + path.string());
}

}  // namespace postbag::storage::disk
