// The directory database for several threads, with the rules for account names.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "postbag/server.h"
#include "storage/accounts/directory.h"

namespace postbag::server {

/// Finds accounts by the rules of account_names.h. All methods may be called from any thread, block for the disk
/// unless their comment says otherwise, and throw storage::Broken when the database fails.
class AccountRegistry {
 public:
  /// Empty `data_dir`: in memory. `clock` must outlive it.
  AccountRegistry(const std::filesystem::path& data_dir, const Clock& clock, AccountNames rules = {});

  /// add() and set_password() take about 0.1 s for the hash.
  Result<void> add(std::string_view name, std::string_view password);
  Result<void> set_password(std::string_view name, std::string_view password);
  Result<void> remove(std::string_view name);
  std::vector<std::string> names() const;
  std::optional<storage::Account> find(std::string_view name) const;
  std::optional<storage::Account> find(AccountId id) const;
  /// The account that receives mail for this name: as find(), and mail for "bob+lists" goes to "bob".
  std::optional<storage::Account> find_recipient(std::string_view name) const;
  /// The account of that name. Creates it without a password when it does not exist. Error::invalid_account_name.
  Result<AccountId> find_or_add(std::string_view name);
  /// Does not block: the path is computed and never changes.
  std::filesystem::path account_directory(AccountId id) const;
  /// See storage::Directory::set_identity().
  void set_identity(AccountId id, std::string_view identity);
  /// See storage::Directory::sweep().
  storage::Swept sweep();

 private:
  std::optional<storage::Account> look_up(std::string_view name) const;

  const AccountNames rules_;
  mutable std::mutex mutex_;
  std::unique_ptr<storage::Directory> directory_;
  /// The stored names of accounts that are not stored under their canonical name, by canonical name. Only accounts
  /// older than the rules are such. The value is empty where several accounts share the canonical name.
  std::map<std::string, std::string> old_names_;
};

}  // namespace postbag::server
