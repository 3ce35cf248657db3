#include "tests/storage/faults/disk/layer.h"

#include <cassert>
#include <cerrno>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace postbag::storage::test {

namespace {

bool is_recorded(std::string_view path) { return !path.ends_with("-shm"); }

// The only mutable global: functions that libraries call have no other place for it.
Layer* current = nullptr;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

}  // namespace

Layer* Layer::in_place() { return current; }

Layer::Layer(std::filesystem::path root, const Tree& durable, Lie lie) : Layer(std::move(root), Disk(durable)) {
  lie_ = lie;
}

Layer::Layer(std::filesystem::path root, Disk disk) : root_(std::move(root).string()), disk_(std::move(disk)) {
  assert(current == nullptr);
  current = this;
}

Layer::~Layer() { current = nullptr; }

bool Layer::can_strike(const Fault& fault, Operation operation) {
  switch (fault.kind) {
    case FaultKind::io_error: return fault.lasting || operation != Operation::sync;
    case FaultKind::disk_full: return operation == Operation::needs_room || operation == Operation::write;
    case FaultKind::short_write: return operation == Operation::write;
    case FaultKind::failed_sync:
    case FaultKind::full_at_sync: return operation == Operation::sync;
    case FaultKind::too_many_files: return operation == Operation::open;
  }
  return false;
}

std::optional<FaultKind> Layer::strike(Operation operation) {
  if (!fault_ || !can_strike(*fault_, operation)) return std::nullopt;
  if (left_-- > 0) return std::nullopt;
  if (left_ < -1 && !fault_->lasting) return std::nullopt;
  struck_ = true;
  const bool full = fault_->kind == FaultKind::disk_full || fault_->kind == FaultKind::full_at_sync;
  errno = full ? ENOSPC : fault_->kind == FaultKind::too_many_files ? EMFILE : EIO;
  return fault_->kind;
}

void Layer::fail(std::optional<Fault> fault) {
  fault_ = fault;
  left_ = fault ? fault->after : 0;
  struck_ = false;
}

bool Layer::covers(const char* path) const {
  const std::string_view text = path;
  return text.starts_with(root_) && (text.size() == root_.size() || text[root_.size()] == '/');
}

std::string Layer::relative(const char* path) const {
  const std::string_view text = path;
  return std::string(text.size() == root_.size() ? text.substr(root_.size()) : text.substr(root_.size() + 1));
}

void Layer::changed() {
  if (each_change_) each_change_();
}

int Layer::open(const char* path, int flags, unsigned mode) {
  const auto name = relative(path);
  const bool makes = (flags & O_CREAT) != 0 && ::access(path, F_OK) != 0;
  if (strike(makes ? Operation::needs_room : Operation::open)) return -1;
  const auto fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (fd < 0) return fd;
  if (!is_recorded(name)) {
    files_.insert_or_assign(fd, std::nullopt);
    return fd;
  }
  files_.insert_or_assign(fd, makes ? disk_.create(name, false) : disk_.find(name));
  if (makes) changed();
  return fd;
}

long Layer::write_some(int fd, const void* data, std::size_t size, std::int64_t offset, bool moves) {
  const auto written =
      moves ? ::syscall(SYS_write, fd, data, size) : ::syscall(SYS_pwrite64, fd, data, size, offset);
  const auto node = files_.at(fd);
  if (written <= 0 || !node) return written;
  disk_.write(*node, static_cast<std::uint64_t>(offset),
              {static_cast<const char*>(data), static_cast<std::size_t>(written)});
  changed();
  return written;
}

long Layer::write(int fd, const void* data, std::size_t size, std::int64_t offset, bool moves) {
  const bool first = !struck_;
  const auto fault = strike(Operation::write);
  if (!fault) return write_some(fd, data, size, offset, moves);
  const bool partial = first && size > 1;
  if (fault == FaultKind::short_write) return write_some(fd, data, partial ? size / 2 : size, offset, moves);
  if (fault == FaultKind::disk_full && partial && fault_->lasting)
    return write_some(fd, data, size / 2, offset, moves);  // a disk that fills up writes what fits
  if (fault == FaultKind::io_error && partial) write_some(fd, data, size / 2, offset, false);
  errno = fault == FaultKind::disk_full ? ENOSPC : EIO;
  return -1;
}

int Layer::truncate(int fd, std::int64_t size) {
  if (strike(Operation::change)) return -1;
  const auto done = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  const auto node = files_.at(fd);
  if (done != 0 || !node) return done;
  disk_.truncate(*node, static_cast<std::uint64_t>(size));
  changed();
  return done;
}

int Layer::sync(int fd) {
  const auto node = files_.at(fd);
  const auto fault = strike(Operation::sync);
  if (!node) return fault ? -1 : 0;
  if (fault) {
    disk_.fail_sync(*node);
    errno = fault == FaultKind::full_at_sync ? ENOSPC : EIO;
    return -1;
  }
  const auto lied = disk_.is_directory(*node) ? Lie::directories : Lie::files;
  if (lie_ != lied) disk_.sync(*node);
  changed();
  return 0;
}

int Layer::make_directory(const char* path, unsigned mode) {
  if (::access(path, F_OK) == 0) return static_cast<int>(::syscall(SYS_mkdir, path, mode));
  if (strike(Operation::needs_room)) return -1;
  const auto done = static_cast<int>(::syscall(SYS_mkdir, path, mode));
  if (done != 0) return done;
  disk_.create(relative(path), true);
  changed();
  return done;
}

int Layer::remove_directory(const char* path) {
  if (strike(Operation::change)) return -1;
  const auto done = static_cast<int>(::syscall(SYS_rmdir, path));
  if (done != 0) return done;
  disk_.unlink(relative(path));
  changed();
  return done;
}

int Layer::link(const char* from, const char* to) {
  if (strike(Operation::needs_room)) return -1;
  const auto done = static_cast<int>(::syscall(SYS_link, from, to));
  if (done != 0) return done;
  disk_.link(relative(from), relative(to));
  changed();
  return done;
}

int Layer::unlink(const char* path) {
  if (strike(Operation::change)) return -1;
  const auto done = static_cast<int>(::syscall(SYS_unlink, path));
  if (done != 0 || !is_recorded(path)) return done;
  disk_.unlink(relative(path));
  changed();
  return done;
}

int Layer::rename(const char* from, const char* to) {
  if (strike(Operation::needs_room)) return -1;
  const auto done = static_cast<int>(::syscall(SYS_rename, from, to));
  if (done != 0) return done;
  disk_.rename(relative(from), relative(to));
  changed();
  return done;
}

Tree read_tree(const std::filesystem::path& root) {
  Tree tree;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const auto name = entry.path().lexically_relative(root).string();
    if (!is_recorded(name)) continue;
    tree[name] = nullptr;
    if (entry.is_directory()) continue;
    std::string bytes(entry.file_size(), '\0');
    std::ifstream(entry.path(), std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    tree[name] = std::make_shared<const std::string>(std::move(bytes));
  }
  return tree;
}

void write_tree(const Tree& tree, const std::filesystem::path& root) {
  for (const auto& [name, bytes] : tree)
    if (bytes == nullptr)
      std::filesystem::create_directory(root / name);
    else
      std::ofstream(root / name, std::ios::binary) << *bytes;
}

}  // namespace postbag::storage::test
