#include "server/account_book.h"

#include "server/passwords.h"

namespace postbag::server {

AccountBook::AccountBook(const std::filesystem::path& data_dir, const Clock& clock)
    : directory_(storage::Directory::open(data_dir, clock)) {}

Result<void> AccountBook::add(std::string_view name, std::string_view password) {
  if (find(name)) return std::unexpected(Error::account_exists);
  const std::string hash = hash_password(password);
  const std::lock_guard lock(mutex_);
  const Result<AccountId> id = directory_->add(name, hash);
  if (!id) return std::unexpected(id.error());
  return {};
}

Result<void> AccountBook::set_password(std::string_view name, std::string_view password) {
  if (!find(name)) return std::unexpected(Error::no_such_account);
  const std::string hash = hash_password(password);
  const std::lock_guard lock(mutex_);
  return directory_->set_hash(name, hash);
}

Result<void> AccountBook::remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return directory_->remove(name);
}

std::vector<std::string> AccountBook::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (storage::Account& account : directory_->list()) names.push_back(std::move(account.name));
  return names;
}

std::optional<storage::Account> AccountBook::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return directory_->find(name);
}

std::optional<storage::Account> AccountBook::find(AccountId id) const {
  const std::lock_guard lock(mutex_);
  return directory_->find(id);
}

Result<AccountId> AccountBook::find_or_add(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto account = directory_->find(name)) return account->id;
  return directory_->add(name, no_password);
}

std::filesystem::path AccountBook::account_directory(AccountId id) const {
  const std::lock_guard lock(mutex_);
  return directory_->account_directory(id);
}

void AccountBook::sweep() {
  const std::lock_guard lock(mutex_);
  directory_->sweep();
}

}  // namespace postbag::server
