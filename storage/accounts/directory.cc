#include "storage/accounts/directory.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/utf8.h"
#include "storage/accounts/directory_impl.h"
#include "storage/disk/posix.h"
#include "storage/errors.h"

namespace postbag::storage {

namespace {

constexpr std::size_t longest_name = 255;

bool is_account_name(std::string_view name) {
  const bool has_control =
      std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return !name.empty() && name.size() <= longest_name && !has_control && is_utf8(name);
}

std::filesystem::path database_path(const std::filesystem::path& directory) {
  if (directory.empty()) return {};
  disk::make_directory(directory);
  const auto database = directory / "directory.db";
  // Whoever made the directory may have ended before it was durable; once there is a database in it, it is.
  if (!std::filesystem::exists(database)) disk::sync_into_parent(directory);
  return database;
}

}  // namespace

DataLock DataLock::acquire(const std::filesystem::path& directory) {
  disk::make_directory(directory);
  const auto path = directory / "lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) disk::throw_errno("cannot open " + path.string());
  DataLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) throw InUse("another server uses " + directory.string());
  disk::throw_errno("cannot lock " + path.string());
}

DataLock::DataLock(int fd) : fd_(fd), process_(::getpid()) {}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(process_, other.process_);
  return *this;
}

DataLock::~DataLock() {
  if (fd_ < 0) return;
  // flock(2): the lock is the open file's, which a forked child shares, so closing is not enough here, and
  // unlocking in the child would be too much.
  if (::getpid() == process_) ::flock(fd_, LOCK_UN);
  ::close(fd_);
}

Directory::Impl::Impl(std::filesystem::path directory, const Clock& clock)
    : directory_(std::move(directory)),
      clock_(clock),
      connection_(database_path(directory_), {}),
      accounts_((sqlite::migrate(connection_, sqlite::directory_migrations), connection_)),
      removed_(connection_) {}

void Directory::Impl::empty_log() noexcept {
  try {
    connection_.checkpoint(true);
  } catch (const Broken&) {
    // The change is durable in the log, and the next one tries again.
  }
}

Directory::Directory(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Directory::~Directory() = default;

std::unique_ptr<Directory> Directory::open(const std::filesystem::path& directory, const Clock& clock) {
  return std::unique_ptr<Directory>(new Directory(std::make_unique<Impl>(directory, clock)));
}

Result<AccountId> Directory::add(std::string_view name, std::string_view password_hash) {
  if (!is_account_name(name)) return std::unexpected(Error::invalid_account_name);
  if (find(name)) return std::unexpected(Error::account_exists);
  if (const auto stray = impl_->stray_of(name))
    if (const auto adopted = impl_->adopt(*stray, password_hash)) return *adopted;
  const sqlite::Removed planned = impl_->plan();
  try {
    return impl_->make(planned, name, password_hash);
  } catch (...) {
    impl_->forget(planned);
    throw;
  }
}

Result<void> Directory::set_hash(std::string_view name, std::string_view password_hash) {
  const bool known = impl_->change([&] { return impl_->accounts_.set_hash(name, password_hash); });
  if (!known) return std::unexpected(Error::no_such_account);
  return {};
}

void Directory::set_identity(AccountId id, std::string_view identity) {
  impl_->change([&] { return impl_->accounts_.set_identity(id, identity); });
}

Result<void> Directory::remove(std::string_view name) {
  return impl_->change([&]() -> Result<void> {
    const auto account = find(name);
    if (!account) return std::unexpected(Error::no_such_account);
    impl_->accounts_.erase(name);
    impl_->removed_.add({account->id, account->owner()}, impl_->now());
    return {};
  });
}

std::vector<Account> Directory::list() const { return impl_->accounts_.list(); }

std::optional<Account> Directory::find(std::string_view name) const { return impl_->accounts_.find(name); }

std::optional<Account> Directory::find(AccountId id) const { return impl_->accounts_.find(id); }

std::filesystem::path Directory::account_directory(AccountId id) const { return impl_->account_directory(id); }

}  // namespace postbag::storage
