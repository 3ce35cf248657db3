// The directory database for several threads, with the rules for account names.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "postbag/server.h"
#include "storage/account_directory.h"

namespace postbag::server {

/// Finds accounts by the rules of account_names.h. All methods may be called from any thread, block for the disk
/// unless their comment says otherwise, and throw storage::Broken when the database fails.
class AccountRegistry {
 public:
  explicit AccountRegistry(std::unique_ptr<storage::AccountDirectory> directory, AccountNames rules = {});

  /// The form in which names are compared. Does not block.
  std::string canonical(std::string_view name) const;
  /// See storage::AccountDirectory::secret(). Does not block.
  const std::string& secret() const { return secret_; }

  /// add() and set_password() take about 0.1 s for the hashes.
  Result<void> add(std::string_view name, std::string_view password);
  Result<void> set_password(std::string_view name, std::string_view password);
  Result<void> remove(std::string_view name);
  std::vector<std::string> names() const;
  /// Those that are at another server, in rising order of names.
  std::vector<storage::Account> moved() const;
  std::optional<storage::Account> find(std::string_view name) const;
  std::optional<storage::Account> find(AccountId id) const;
  /// The account that receives mail for this name: as find(), and mail for "bob+lists" goes to "bob".
  std::optional<storage::Account> find_recipient(std::string_view name) const;
  /// The account of that name. Creates it without a password when it does not exist. Error::invalid_account_name.
  Result<AccountId> find_or_add(std::string_view name);
  /// See storage::AccountDirectory::replace_credentials().
  bool replace_credentials(AccountId id, const storage::Credentials& old, const storage::Credentials& credentials);
  Result<void> set_administrator(std::string_view name, bool is_one);
  /// See storage::Account::moved_to.
  Result<void> set_moved_to(std::string_view name, std::string_view url);
  /// With a hash that was made elsewhere.
  Result<void> add_with(std::string_view name, const storage::Credentials& credentials);
  /// See storage::AccountDirectory; Error::no_such_account also for the second one.
  Result<void> add_app_password(std::string_view name, const storage::AppPassword& password);
  Result<bool> remove_app_password(std::string_view name, std::string_view label);
  std::vector<storage::AppPassword> app_passwords(AccountId id) const;
  /// See storage::AccountDirectory::set_identity().
  void set_identity(AccountId id, std::string_view identity);
  /// See storage::AccountDirectory::sweep().
  storage::Swept sweep();

 private:
  std::optional<storage::Account> look_up(std::string_view name) const;
  /// Calls work(account) with the lock held. Error::no_such_account when there is none of that name.
  template <class Work>
  std::invoke_result_t<Work, const storage::Account&> with_account(std::string_view name, Work&& work);

  const AccountNames rules_;
  mutable std::mutex mutex_;
  std::unique_ptr<storage::AccountDirectory> directory_;
  const std::string secret_;
  /// The stored names of accounts that are not stored under their canonical name, by canonical name. Only accounts
  /// older than the rules are such. The value is empty where several accounts share the canonical name.
  std::map<std::string, std::string> old_names_;
};

}  // namespace postbag::server
