#include "storage/bodies/body_files.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/room.h"

namespace postbag::storage::bodies {

namespace {

void link_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::link(from.c_str(), to.c_str()) != 0 && errno != EEXIST) disk::throw_errno("cannot link " + to.string());
}

}  // namespace

BodyFiles::BodyFiles(std::filesystem::path root, std::uint64_t most_reserved)
    : root_(std::move(root)), most_reserved_(most_reserved) {
  disk::make_directory(root_ / "incoming");
}

bool BodyFiles::has_room(std::uint64_t bytes) const {
  const disk::Room room = disk::room_at(root_);
  return room.free >= bytes && room.free - bytes >= std::min(most_reserved_, room.all / 16);
}

std::string BodyFiles::new_name() {
  std::array<unsigned char, 16> random{};
  randombytes_buf(random.data(), random.size());
  std::string name(2 * random.size() + 1, '\0');
  sodium_bin2hex(name.data(), name.size(), random.data(), random.size());
  name.pop_back();
  return name;
}

Fd BodyFiles::create(const std::string& name) {
  return disk::open_file(incoming_path(name), O_RDWR | O_CREAT | O_EXCL);
}

std::optional<std::string> BodyFiles::read(const std::string& name, std::uint64_t offset, std::size_t length) {
  if (name != open_name_) {
    Fd fd(::open(final_path(name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT) return std::nullopt;
    if (!fd) disk::throw_errno("cannot open " + final_path(name).string());
    open_fd_ = std::move(fd);
    open_name_ = name;
  }
  return disk::read_some(open_fd_, offset, length);
}

std::string BodyFiles::read_incoming(const std::string& name) const {
  const auto path = incoming_path(name);
  return disk::read_some(disk::open_file(path, O_RDONLY), 0,
                         static_cast<std::size_t>(std::filesystem::file_size(path)));
}

void BodyFiles::sync(const std::string& name) {
  const auto fd = disk::open_file(incoming_path(name), O_RDWR);
  if (::fdatasync(fd.get()) != 0) disk::throw_failed_sync("a message");
}

void BodyFiles::publish(const std::string& name) {
  const auto directory = directory_of(name);
  const bool made = ::mkdir(directory.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) disk::throw_errno("cannot make " + directory.string());
  if (made || !root_synced_) unsynced_.insert(root_);
  link_file(incoming_path(name), final_path(name));
  unsynced_.insert(directory);
}

std::size_t BodyFiles::sync_directories() {
  for (const auto& directory : unsynced_) disk::sync_directory(directory);
  const auto synced = unsynced_.size();
  root_synced_ = root_synced_ || unsynced_.contains(root_);
  unsynced_.clear();
  return synced;
}

void BodyFiles::settle(const std::string& name) noexcept { ::unlink(incoming_path(name).c_str()); }

void BodyFiles::discard(const std::string& name) noexcept {
  if (name == open_name_) {
    open_name_.clear();
    open_fd_ = Fd();
  }
  // The final link first: while incoming/ still has one, a crash in between is mended by opening.
  ::unlink(final_path(name).c_str());
  ::unlink(incoming_path(name).c_str());
}

void BodyFiles::retire(const std::string& name) {
  const auto from = final_path(name);
  if (::access(from.c_str(), F_OK) != 0) return;  // already gone: nothing to mend after a crash either
  link_file(from, incoming_path(name));
  unsynced_.insert(root_ / "incoming");
}

std::vector<std::string> BodyFiles::incoming() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(root_ / "incoming"))
    names.push_back(entry.path().filename().string());
  return names;
}

}  // namespace postbag::storage::bodies
