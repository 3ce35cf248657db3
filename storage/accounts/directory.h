// The accounts of a data directory, in SQLite, and their mail beside it.
//
//   DIR/lock            held by the server: data_lock.h
//   DIR/directory.db    the accounts
//   DIR/accounts/<id>/  one account's mail: file_stores.h
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "storage/account_directory.h"
#include "storage/store_provider.h"

namespace postbag::storage {

/// Mail in a directory of an account that directory.db does not know, as an older copy of that leaves it.
struct Stray {
  AccountId id;
  std::optional<Owner> owner;  ///< nothing: an older postbag made it, or it cannot be read
};

/// The directory database. Several processes may use one at once, each change being one synced transaction; waits
/// up to 5 s for another process.
class Directory final : public AccountDirectory {
 public:
  /// Opens or makes DIR/directory.db; an empty path: in memory. `clock` must outlive it.
  static std::unique_ptr<Directory> open(const std::filesystem::path& directory,
                                         const Clock& clock = system_clock());
  /// The same over stores that are somewhere else.
  static std::unique_ptr<Directory> open(const std::filesystem::path& directory, const Clock& clock,
                                         std::unique_ptr<StoreProvider> stores);
  ~Directory() override;

  /// The store is made by nothing else, so where it is missing something is wrong. Mail of that name that exists
  /// although directory.db did not know it (see Stray) becomes the account's.
  Result<AccountId> add(std::string_view name, const Credentials& credentials) override;
  Result<void> set_credentials(std::string_view name, const Credentials& credentials) override;
  bool replace_credentials(AccountId id, const Credentials& old, const Credentials& credentials) override;
  Result<void> set_administrator(std::string_view name, bool is_one) override;
  Result<void> set_moved_to(std::string_view name, std::string_view url) override;
  std::string secret() const override;
  Result<void> add_app_password(AccountId id, const AppPassword& password) override;
  bool remove_app_password(AccountId id, std::string_view label) override;
  std::vector<AppPassword> app_passwords(AccountId id) const override;
  void set_identity(AccountId id, std::string_view identity) override;
  Result<void> remove(std::string_view name) override;
  std::vector<Account> list() const override;
  std::optional<Account> find(std::string_view name) const override;
  std::optional<Account> find(AccountId id) const override;
  /// For the holder of DataLock.
  Swept sweep() override;

  /// Lives as long as the directory.
  StoreProvider& stores() const;
  /// Rising. Reads their databases.
  std::vector<Stray> strays() const;

 private:
  class Impl;
  explicit Directory(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace postbag::storage
