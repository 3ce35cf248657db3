// The directory database for several threads, and failures in the host's terms.
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

/// Whoever looks for a name finds the account by the rules of account_names.h. All methods block for the disk but
/// where it says otherwise, may be called from any thread, and throw storage::Broken when the database fails.
class AccountBook {
 public:
  /// Empty `data_dir`: in memory. `clock` must outlive it.
  AccountBook(const std::filesystem::path& data_dir, const Clock& clock, AccountNames rules = {});

  /// They take some 0.1 s for the hash.
  Result<void> add(std::string_view name, std::string_view password);
  Result<void> set_password(std::string_view name, std::string_view password);
  Result<void> remove(std::string_view name);
  std::vector<std::string> names() const;
  std::optional<storage::Account> find(std::string_view name) const;
  std::optional<storage::Account> find(AccountId id) const;
  /// Whose mail it is: as find(), and "bob+lists" is mail for "bob".
  std::optional<storage::Account> find_recipient(std::string_view name) const;
  /// The account of that name, made without a password when there is none. Error::invalid_account_name.
  Result<AccountId> find_or_add(std::string_view name);
  /// Does not block: it is a name, the same for ever.
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
  /// Canonical names of accounts that are not kept under them, as they were made before there were rules; no such
  /// are made any more. Empty where several have the same.
  std::map<std::string, std::string> old_names_;
};

}  // namespace postbag::server
