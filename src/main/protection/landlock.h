// Landlock: the kernel refuses this process all files but those named here. landlock(7).
#pragma once

#include <string>
#include <vector>

namespace postbag::daemon {

/// Directories with all below them, and single files. What does not exist is passed over.
struct FileAccess {
  std::vector<std::string> readable;
  std::vector<std::string> writable;  ///< files, directories and sockets may be read, made, changed and removed
};

/// Adds the directory of `file`, and where it is a symbolic link that of its target, so that the file may be
/// replaced.
void add_directory_of(std::vector<std::string>& directories, const std::string& file);

/// Restricts the calling thread and all threads that it starts later: no other files, no program is executed, no
/// TCP connection is made, no process outside gets a signal. Yields the version of Landlock, of which newer ones
/// restrict more; 0 when the kernel has none that can be used. Needs PR_SET_NO_NEW_PRIVS. Throws std::system_error.
int restrict_files(const FileAccess& access);

}  // namespace postbag::daemon
