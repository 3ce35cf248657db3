// Large message bodies as files. FORMAT.md, "Files".
//
// A file is written as bodies/incoming/<name> and, before the commit that first refers to it, also linked as
// bodies/<xx>/<name>; after the commit the first link goes. Removal is the same backwards. So whatever a crash
// leaves undone has a link in incoming/, and opening looks only there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/disk/posix.h"

namespace postbag::storage::bodies {

/// The files of one account. One thread at a time. Throws DiskFull or Broken.
class BodyFiles {
 public:
  /// `root` is made when missing.
  /// `most_reserved`: see StoreOptions.
  BodyFiles(std::filesystem::path root, std::uint64_t most_reserved);

  /// Whether so many bytes may be added to the disk, without what is reserved for removing.
  bool has_room(std::uint64_t bytes) const;

  /// A new random name: 32 hex digits.
  static std::string new_name();
  Fd create(const std::string& name);
  /// Up to `length` bytes from `offset` of a file in its final place; nothing when there is no such file.
  std::optional<std::string> read(const std::string& name, std::uint64_t offset, std::size_t length);

  /// All of an incoming file.
  std::string read_incoming(const std::string& name) const;

  /// Waits until an incoming file's bytes are on the disk.
  void sync(const std::string& name);
  /// Links an incoming file, already synced, to its final place; durable after sync_directories().
  void publish(const std::string& name);
  /// Syncs the directories publish() and retire() changed; returns how many.
  std::size_t sync_directories();
  /// Takes the link in incoming/ away; not worth a sync, opening does it again.
  void settle(const std::string& name) noexcept;
  /// Takes both links away.
  void discard(const std::string& name) noexcept;
  /// Links a file back to incoming/, before the commit that forgets it.
  void retire(const std::string& name);
  /// The names in incoming/.
  std::vector<std::string> incoming() const;

 private:
  std::filesystem::path incoming_path(const std::string& name) const { return root_ / "incoming" / name; }
  std::filesystem::path directory_of(const std::string& name) const { return root_ / name.substr(0, 2); }
  std::filesystem::path final_path(const std::string& name) const { return directory_of(name) / name; }

  std::filesystem::path root_;
  std::uint64_t most_reserved_;
  std::set<std::filesystem::path> unsynced_;
  bool root_synced_ = false;  ///< until then a directory in it may be one whose maker ended before its sync
  std::string open_name_;     ///< of open_fd_: the file last read, since reads come in runs
  Fd open_fd_;
};

}  // namespace postbag::storage::bodies
