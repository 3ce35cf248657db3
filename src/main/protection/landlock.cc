#include "main/protection/landlock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace postbag::daemon {

namespace {

// Newer than the kernel headers of Debian 12.
constexpr std::uint64_t truncate_file = 1U << 14;   // LANDLOCK_ACCESS_FS_TRUNCATE
constexpr std::uint64_t control_device = 1U << 15;  // LANDLOCK_ACCESS_FS_IOCTL_DEV
constexpr std::uint64_t connect_tcp = 1U << 1;      // LANDLOCK_ACCESS_NET_CONNECT_TCP
constexpr std::uint64_t signals_and_abstract = 3;   // LANDLOCK_SCOPE_SIGNAL, LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET

constexpr std::uint64_t read_files = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t read_directories = LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_files = LANDLOCK_ACCESS_FS_WRITE_FILE | truncate_file;
constexpr std::uint64_t change_directories = LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                             LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                             LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER;
constexpr std::uint64_t never = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                LANDLOCK_ACCESS_FS_MAKE_SYM | control_device;
constexpr std::uint64_t of_files = read_files | write_files;  ///< what can be allowed for a single file
constexpr std::uint64_t all_rights = read_files | read_directories | write_files | change_directories | never;

/// struct landlock_ruleset_attr as of version 6.
struct Ruleset {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};

/// What each version added. The kernel refuses what it does not know. The first one is left out: under it no file
/// can be linked into another directory, and so no large message stored.
struct Version {
  int number;
  Ruleset known;
  std::size_t size;  ///< of the part of Ruleset that it knows
};
constexpr std::uint64_t first_rights = all_rights & ~(LANDLOCK_ACCESS_FS_REFER | truncate_file | control_device);
constexpr std::array versions{
    Version{2, {first_rights | LANDLOCK_ACCESS_FS_REFER, 0, 0}, 8},
    Version{3, {all_rights & ~control_device, 0, 0}, 8},
    Version{4, {all_rights & ~control_device, connect_tcp, 0}, 16},
    Version{5, {all_rights, connect_tcp, 0}, 16},
    Version{6, {all_rights, connect_tcp, signals_and_abstract}, 24},
};

class Descriptor {
 public:
  explicit Descriptor(long fd) : fd_(static_cast<int>(fd)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

void require(long status, const char* what) {
  if (status < 0) throw std::system_error(errno, std::generic_category(), what);
}

void allow(int ruleset, std::uint64_t known, const std::string& path, std::uint64_t rights) {
  const Descriptor at(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat found{};
  if (at.get() < 0 || ::fstat(at.get(), &found) != 0) return;
  if (!S_ISDIR(found.st_mode)) rights &= of_files;
  const landlock_path_beneath_attr rule{.allowed_access = rights & known, .parent_fd = at.get()};
  require(::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0), "landlock_add_rule");
}

}  // namespace

void add_directory_of(std::vector<std::string>& directories, const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code none;
  directories.push_back(fs::absolute(file, none).parent_path().string());
  directories.push_back(fs::canonical(file, none).parent_path().string());
}

int restrict_files(const FileAccess& access) {
  const long newest = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (newest < versions.front().number) return 0;  // not in this kernel, or switched off
  const auto* const version =
      std::ranges::find(versions, std::min<long>(newest, versions.back().number), &Version::number);
  const Ruleset& known = version->known;
  const Descriptor ruleset(::syscall(SYS_landlock_create_ruleset, &known, version->size, 0));
  require(ruleset.get(), "landlock_create_ruleset");
  for (const std::string& path : access.readable)
    allow(ruleset.get(), known.files, path, read_files | read_directories);
  for (const std::string& path : access.writable)
    allow(ruleset.get(), known.files, path, read_files | read_directories | write_files | change_directories);
  require(::syscall(SYS_landlock_restrict_self, ruleset.get(), 0), "landlock_restrict_self");
  return version->number;
}

}  // namespace postbag::daemon
