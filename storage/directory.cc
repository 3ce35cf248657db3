#include "storage/directory.h"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/utf8.h"
#include "storage/blob/posix.h"
#include "storage/errors.h"
#include "storage/sqlite/account_table.h"
#include "storage/sqlite/migrations/migrations.h"

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
  blob::make_directory(directory);
  return directory / "directory.db";
}

/// The account a directory's name stands for; nothing when it is not one of ours.
std::optional<AccountId> parse_id(const std::string& name) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return AccountId::from(value);
}

}  // namespace

DataLock DataLock::acquire(const std::filesystem::path& directory) {
  blob::make_directory(directory);
  const auto path = directory / "lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) blob::throw_errno("cannot open " + path.string());
  DataLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) throw InUse("another server uses " + directory.string());
  blob::throw_errno("cannot lock " + path.string());
}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

DataLock::~DataLock() {
  if (fd_ >= 0) ::close(fd_);
}

class Directory::Impl {
 public:
  Impl(std::filesystem::path directory, const Clock& clock)
      : directory_(std::move(directory)),
        clock_(clock),
        connection_(database_path(directory_), {}),
        accounts_((sqlite::migrate(connection_, sqlite::directory_migrations), connection_)) {}

  /// Runs f in one transaction; what f throws undoes it.
  template <class F>
  auto change(F&& f) {
    connection_.run("BEGIN IMMEDIATE");
    try {
      auto result = f();
      connection_.run("COMMIT");
      return result;
    } catch (...) {
      if (connection_.in_transaction()) connection_.run("ROLLBACK");
      throw;
    }
  }

  const std::filesystem::path directory_;
  const Clock& clock_;
  sqlite::Connection connection_;
  sqlite::AccountTable accounts_;
};

Directory::Directory(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Directory::~Directory() = default;

std::unique_ptr<Directory> Directory::open(const std::filesystem::path& directory, const Clock& clock) {
  return std::unique_ptr<Directory>(new Directory(std::make_unique<Impl>(directory, clock)));
}

Result<AccountId> Directory::add(std::string_view name, std::string_view password_hash) {
  if (!is_account_name(name)) return std::unexpected(Error::invalid_account_name);
  const Owner owner{std::string(name), draw_identity()};
  return impl_->change([&]() -> Result<AccountId> {
    const auto id = impl_->accounts_.add(owner, password_hash, impl_->clock_.now().seconds);
    if (!id) return std::unexpected(Error::account_exists);
    // Before the row is committed: a row without a database would be an account whose mail is missing.
    if (!impl_->directory_.empty()) make_account(account_directory(*id), owner);
    return *id;
  });
}

Result<void> Directory::set_hash(std::string_view name, std::string_view password_hash) {
  if (!impl_->accounts_.set_hash(name, password_hash)) return std::unexpected(Error::no_such_account);
  return {};
}

void Directory::set_identity(AccountId id, std::string_view identity) {
  impl_->accounts_.set_identity(id, identity);
}

Result<void> Directory::remove(std::string_view name) {
  if (!impl_->accounts_.erase(name)) return std::unexpected(Error::no_such_account);
  return {};
}

std::vector<Account> Directory::list() const { return impl_->accounts_.list(); }

std::optional<Account> Directory::find(std::string_view name) const { return impl_->accounts_.find(name); }

std::optional<Account> Directory::find(AccountId id) const { return impl_->accounts_.find(id); }

std::filesystem::path Directory::account_directory(AccountId id) const {
  if (impl_->directory_.empty()) return {};
  return impl_->directory_ / "accounts" / std::to_string(id.value());
}

std::size_t Directory::sweep() {
  if (impl_->directory_.empty()) return 0;
  std::error_code none;  // an absent directory has nothing to sweep
  std::size_t swept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(impl_->directory_ / "accounts", none)) {
    const auto id = parse_id(entry.path().filename().string());
    if (!id || find(*id)) continue;
    std::filesystem::remove_all(entry.path());
    ++swept;
  }
  return swept;
}

}  // namespace postbag::storage
