#include "storage/accounts/directory.h"

#include <algorithm>

#include "core/utf8.h"
#include "storage/accounts/directory_impl.h"
#include "storage/accounts/file_stores.h"
#include "storage/disk/posix.h"
#include "storage/disk/reserve.h"
#include "storage/engine/store_options.h"
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
  // On a full disk there would be no room for what SQLite keeps beside a database, nor for the mail to go.
  disk::Reserve(directory / "reserve", StoreOptions{}.most_in_reserve_file).use_when_full();
  // Whoever made the directory may have ended before it was durable; once there is a database in it, it is.
  if (!std::filesystem::exists(database)) disk::sync_into_parent(directory);
  return database;
}

}  // namespace

Directory::Impl::Impl(const std::filesystem::path& directory, const Clock& clock,
                      std::unique_ptr<StoreProvider> stores)
    : clock_(clock),
      stores_(std::move(stores)),
      connection_(database_path(directory), {}),
      accounts_((sqlite::migrate(connection_, sqlite::directory_migrations), connection_)),
      removed_(connection_),
      app_passwords_(connection_) {}

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
  return open(directory, clock, std::make_unique<FileStores>(directory));
}

std::unique_ptr<Directory> Directory::open(const std::filesystem::path& directory, const Clock& clock,
                                           std::unique_ptr<StoreProvider> stores) {
  return std::unique_ptr<Directory>(new Directory(std::make_unique<Impl>(directory, clock, std::move(stores))));
}

Result<AccountId> Directory::add(std::string_view name, const Credentials& credentials) {
  if (!is_account_name(name)) return std::unexpected(Error::invalid_account_name);
  if (find(name)) return std::unexpected(Error::account_exists);
  if (const auto stray = impl_->stray_of(name))
    if (const auto adopted = impl_->adopt(*stray, credentials)) return *adopted;
  const sqlite::Removed planned = impl_->plan();
  try {
    return impl_->make(planned, name, credentials);
  } catch (...) {
    impl_->forget(planned);
    throw;
  }
}

Result<void> Directory::set_credentials(std::string_view name, const Credentials& credentials) {
  const bool known = impl_->change([&] { return impl_->accounts_.set_credentials(name, credentials); });
  if (!known) return std::unexpected(Error::no_such_account);
  return {};
}

bool Directory::replace_credentials(AccountId id, const Credentials& old, const Credentials& credentials) {
  return impl_->change([&] { return impl_->accounts_.replace_credentials(id, old, credentials); });
}

Result<void> Directory::set_administrator(std::string_view name, bool is_one) {
  const bool known = impl_->change([&] { return impl_->accounts_.set_administrator(name, is_one); });
  if (!known) return std::unexpected(Error::no_such_account);
  return {};
}

Result<void> Directory::set_moved_to(std::string_view name, std::string_view url) {
  const bool known = impl_->change([&] { return impl_->accounts_.set_moved_to(name, url); });
  if (!known) return std::unexpected(Error::no_such_account);
  return {};
}

std::string Directory::secret() const { return impl_->accounts_.secret(); }

Result<void> Directory::add_app_password(AccountId id, const AppPassword& password) {
  return impl_->change([&]() -> Result<void> {
    if (!find(id)) return std::unexpected(Error::no_such_account);
    if (!impl_->app_passwords_.add(id, password, impl_->now())) return std::unexpected(Error::account_exists);
    return {};
  });
}

bool Directory::remove_app_password(AccountId id, std::string_view label) {
  return impl_->change([&] { return impl_->app_passwords_.erase(id, label); });
}

std::vector<AppPassword> Directory::app_passwords(AccountId id) const { return impl_->app_passwords_.list(id); }

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

StoreProvider& Directory::stores() const { return *impl_->stores_; }

}  // namespace postbag::storage
