// Stores in files, one directory for each account: DIR/accounts/<id>/.
#pragma once

#include <filesystem>

#include "storage/engine/store_options.h"
#include "storage/store_provider.h"

namespace postbag::storage {

/// Where the account's files are in a data directory.
std::filesystem::path account_path(const std::filesystem::path& data_directory, AccountId id);

/// Holds nothing that changes, so that it may be used by several threads at once.
class FileStores final : public StoreProvider {
 public:
  /// Empty: each store is in memory, and gone when it is closed. `options`: for all of them, except what the
  /// account and the settings of open() say.
  explicit FileStores(std::filesystem::path data_directory, StoreOptions options = {})
      : data_directory_(std::move(data_directory)), options_(std::move(options)) {}

  std::unique_ptr<Store> open(const Account& account, const StoreSettings& settings) override;
  bool can_reopen() const override { return !in_memory(); }
  std::optional<Owner> owner(AccountId id) override;
  void create(AccountId id, const Owner& owner) override;
  bool exists(AccountId id) override;
  bool is_taken(AccountId id) override;
  std::vector<AccountId> ids() override;
  bool was_used(AccountId id) override;
  void set_aside(AccountId id) override;
  bool erase_set_aside(AccountId id) override;

 private:
  bool in_memory() const { return data_directory_.empty(); }
  std::filesystem::path path(AccountId id) const { return account_path(data_directory_, id); }
  std::filesystem::path aside(AccountId id) const;

  std::filesystem::path data_directory_;
  StoreOptions options_;
};

}  // namespace postbag::storage
