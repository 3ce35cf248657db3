#include "server/accounts/account_registry.h"

#include <utility>

#include "server/accounts/account_names.h"
#include "server/login/passwords/credentials.h"
#include "server/login/passwords/passwords.h"

namespace postbag::server {

AccountRegistry::AccountRegistry(std::unique_ptr<storage::AccountDirectory> directory, AccountNames rules)
    : rules_(std::move(rules)), directory_(std::move(directory)), secret_(directory_->secret()) {
  for (storage::Account& account : directory_->list()) {
    const std::string canonical = canonical_name(account.name, rules_);
    if (canonical == account.name) continue;
    const auto [place, is_first] = old_names_.emplace(canonical, account.name);
    if (!is_first) place->second.clear();  // ambiguous: found by their exact names only
  }
}

/// Called with the lock held. An exact name takes precedence over another spelling.
std::optional<storage::Account> AccountRegistry::look_up(std::string_view name) const {
  for (const std::string& spelling : spellings(name, rules_))
    if (auto account = directory_->find(spelling)) return account;
  const auto old = old_names_.find(canonical_name(name, rules_));
  return old == old_names_.end() ? std::nullopt : directory_->find(old->second);
}

template <class Work>
std::invoke_result_t<Work, const storage::Account&> AccountRegistry::with_account(std::string_view name,
                                                                                  Work&& work) {
  const std::lock_guard lock(mutex_);
  const auto account = look_up(name);
  if (!account) return std::unexpected(Error::no_such_account);
  return work(*account);
}

std::string AccountRegistry::canonical(std::string_view name) const { return canonical_name(name, rules_); }

Result<void> AccountRegistry::add(std::string_view name, std::string_view password) {
  if (find(name)) return std::unexpected(Error::account_exists);  // before the hashes are computed
  return add_with(name, make_credentials({secret_, canonical(name)}, password));
}

Result<void> AccountRegistry::set_password(std::string_view name, std::string_view password) {
  if (!find(name)) return std::unexpected(Error::no_such_account);
  const storage::Credentials credentials = make_credentials({secret_, canonical(name)}, password);
  return with_account(name, [&](const storage::Account& account) {
    return directory_->set_credentials(account.name, credentials);
  });
}

Result<void> AccountRegistry::remove(std::string_view name) {
  return with_account(name, [&](const storage::Account& account) { return directory_->remove(account.name); });
}

std::vector<std::string> AccountRegistry::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (storage::Account& account : directory_->list()) names.push_back(std::move(account.name));
  return names;
}

std::vector<storage::Account> AccountRegistry::moved() const {
  const std::lock_guard lock(mutex_);
  std::vector<storage::Account> all = directory_->list();
  std::erase_if(all, [](const storage::Account& account) { return account.moved_to.empty(); });
  return all;
}

std::optional<storage::Account> AccountRegistry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return look_up(name);
}

std::optional<storage::Account> AccountRegistry::find_recipient(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  if (auto account = look_up(name)) return account;
  const std::string user = without_detail(name, rules_);
  return user.empty() ? std::nullopt : look_up(user);
}

std::optional<storage::Account> AccountRegistry::find(AccountId id) const {
  const std::lock_guard lock(mutex_);
  return directory_->find(id);
}

Result<AccountId> AccountRegistry::find_or_add(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto account = look_up(name)) return account->id;
  return directory_->add(canonical_name(name, rules_), {std::string(no_password)});
}

bool AccountRegistry::replace_credentials(AccountId id, const storage::Credentials& old,
                                          const storage::Credentials& credentials) {
  const std::lock_guard lock(mutex_);
  return directory_->replace_credentials(id, old, credentials);
}

Result<void> AccountRegistry::set_administrator(std::string_view name, bool is_one) {
  return with_account(
      name, [&](const storage::Account& account) { return directory_->set_administrator(account.name, is_one); });
}

Result<void> AccountRegistry::set_moved_to(std::string_view name, std::string_view url) {
  const std::lock_guard lock(mutex_);
  const auto account = look_up(name);
  if (!account) return std::unexpected(Error::no_such_account);
  return directory_->set_moved_to(account->name, url);
}

Result<void> AccountRegistry::add_with(std::string_view name, const storage::Credentials& credentials) {
  const std::lock_guard lock(mutex_);
  if (look_up(name)) return std::unexpected(Error::account_exists);
  const Result<AccountId> id = directory_->add(canonical_name(name, rules_), credentials);
  if (!id) return std::unexpected(id.error());
  return {};
}

Result<void> AccountRegistry::add_app_password(std::string_view name, const storage::AppPassword& password) {
  return with_account(
      name, [&](const storage::Account& account) { return directory_->add_app_password(account.id, password); });
}

Result<bool> AccountRegistry::remove_app_password(std::string_view name, std::string_view label) {
  return with_account(name, [&](const storage::Account& account) -> Result<bool> {
    return directory_->remove_app_password(account.id, label);
  });
}

std::vector<storage::AppPassword> AccountRegistry::app_passwords(AccountId id) const {
  const std::lock_guard lock(mutex_);
  return directory_->app_passwords(id);
}

void AccountRegistry::set_identity(AccountId id, std::string_view identity) {
  const std::lock_guard lock(mutex_);
  directory_->set_identity(id, identity);
}

storage::Swept AccountRegistry::sweep() {
  const std::lock_guard lock(mutex_);
  return directory_->sweep();
}

}  // namespace postbag::server
