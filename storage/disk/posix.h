// Files by descriptor, with failures as exceptions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/fd.h"

namespace postbag::storage::disk {

/// Throws DiskFull, Unavailable (no more files can be open) or Broken for errno, naming what was done.
[[noreturn]] void throw_errno(std::string_view doing);

/// Throws Broken for errno, also when the disk is full: nobody knows what a failed sync has left.
[[noreturn]] void throw_failed_sync(const std::string& of_what);

/// Opens with O_CLOEXEC and mode 0600. Throws.
Fd open_file(const std::filesystem::path& path, int flags);
void write_all(const Fd& fd, std::string_view bytes);
/// Up to `length` bytes from `offset`; fewer at the end of the file.
std::string read_some(const Fd& fd, std::uint64_t offset, std::size_t length);
/// Waits until the directory's entries are on the disk.
void sync_directory(const std::filesystem::path& path);
/// Waits until the directory that holds `path` has its entry on the disk.
void sync_into_parent(const std::filesystem::path& path);
/// Makes the directory, mode 0700, and those above it that are missing, each synced into its parent. One that is
/// there is left alone. Throws, also for a symbolic link to nothing; then what could not be synced is not there
/// either.
void make_directory(const std::filesystem::path& path);

}  // namespace postbag::storage::disk
