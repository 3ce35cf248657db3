// The layer between the store and its disk, for SQLite's files and the body files alike.
//
// libc.cc defines the functions of libc that open, change or sync files; the dynamic linker prefers them to libc's
// own, also for the calls of libsqlite3 and libstdc++, which are shared libraries. This was chosen over a VFS of
// SQLite's because real code is tested: SQLite's own unix VFS and storage/disk/posix.cc run as they are in
// production, with their retries after short writes and their handling of errno, and one layer sees the order of
// both, on which the guarantees rest. That nothing escapes it is checked by comparing what it recorded with the
// directory on each run.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "tests/storage/faults/disk/disk.h"

namespace postbag::storage::test {

/// What can go wrong, as the program sees it.
enum class FaultKind : std::uint8_t {
  io_error,        ///< opening or changing fails with EIO, after half of the bytes; when it lasts, syncs fail too
  disk_full,       ///< ENOSPC from what needs space
  short_write,     ///< a write writes half of its bytes
  failed_sync,     ///< a sync fails with EIO, and it is unknown what unsynced data is on the disk
  full_at_sync,    ///< the same with ENOSPC, as from file systems that allocate late
  too_many_files,  ///< a file that exists cannot be opened: EMFILE
};

/// The operation that fails: the one after `after` others of those this kind can strike; all from there on when
/// `lasting`.
struct Fault {
  FaultKind kind;
  int after = 0;
  bool lasting = false;
};

/// Syncs that return success and do nothing.
enum class Lie : std::uint8_t { none, files, directories };

/// Watches all file operations below `root` of this process from construction to destruction; one object at a time,
/// one thread. What is below `root` is `durable` at first. Nothing is really synced: what a sync promises is kept
/// by the model. SQLite's shared memory, -shm, fails like any file, but is not recorded: it never survives.
class Layer {
 public:
  Layer(std::filesystem::path root, const Tree& durable, Lie lie = Lie::none);
  /// What is below `root` is `disk.live()`, as a process left it that was killed: not all of it is durable.
  Layer(std::filesystem::path root, Disk disk);
  ~Layer();
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  const Disk& disk() const { return disk_; }
  /// Calls f after each change, before the program knows of it: the moment when the power fails.
  void each_change(std::function<void()> f) { each_change_ = std::move(f); }
  /// From now on; nothing to end it.
  void fail(std::optional<Fault> fault);
  /// True if fail()'s operation was reached.
  bool struck() const { return struck_; }

  // For the functions of libc in libc.cc: these do the operation, or fail it, and record it.
  /// The current one; null if none exists.
  static Layer* in_place();
  bool covers(const char* path) const;
  bool covers(int fd) const { return files_.contains(fd); }
  int open(const char* path, int flags, unsigned mode);
  void close(int fd) { files_.erase(fd); }
  long write(int fd, const void* data, std::size_t size, std::int64_t offset, bool moves);
  int truncate(int fd, std::int64_t size);
  int sync(int fd);
  int make_directory(const char* path, unsigned mode);
  int remove_directory(const char* path);
  int link(const char* from, const char* to);
  int unlink(const char* path);
  int rename(const char* from, const char* to);

 private:
  enum class Operation : std::uint8_t { needs_room, write, change, sync, open };
  static bool can_strike(const Fault& fault, Operation operation);
  /// Counts the operation; the fault that strikes it, with errno set.
  std::optional<FaultKind> strike(Operation operation);
  std::string relative(const char* path) const;
  void changed();
  long write_some(int fd, const void* data, std::size_t size, std::int64_t offset, bool moves);

  std::string root_;
  Disk disk_;
  Lie lie_ = Lie::none;
  std::unordered_map<int, std::optional<Disk::Node>> files_;  ///< by descriptor; nothing: not recorded
  std::function<void()> each_change_;
  std::optional<Fault> fault_;
  int left_ = 0;
  bool struck_ = false;
};

/// Reads a directory as it is on the real disk, without what a Layer does not record.
Tree read_tree(const std::filesystem::path& root);
/// Makes `tree` below `root`, which is empty.
void write_tree(const Tree& tree, const std::filesystem::path& root);

}  // namespace postbag::storage::test
