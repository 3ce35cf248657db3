// The implementation of Directory. Only for the files that implement it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "storage/accounts/directory.h"
#include "storage/errors.h"
#include "storage/sqlite/account_table.h"
#include "storage/sqlite/app_password_table.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/migrations/migrations.h"
#include "storage/sqlite/removed_table.h"

namespace postbag::storage {

class Directory::Impl {
 public:
  Impl(const std::filesystem::path& directory, const Clock& clock, std::unique_ptr<StoreProvider> stores);

  std::int64_t now() const { return clock_.now().seconds; }

  /// Runs f in one transaction; what f throws undoes it.
  template <class F>
  auto transact(F&& f) {
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
  /// The same, and then the log is copied into directory.db and cut off: changes are rare, and who copies the files
  /// of a running server shall find all accounts in that one.
  template <class F>
  auto change(F&& f) {
    auto result = transact(std::forward<F>(f));
    empty_log();
    return result;
  }
  void empty_log() noexcept;

  // ---- making an account ----

  /// What is about to be made. It is among the removed accounts until it is whole, so that whatever a crash leaves
  /// of it is swept.
  sqlite::Removed plan();
  Result<AccountId> make(const sqlite::Removed& planned, std::string_view name, const Credentials& credentials);
  /// It could not be made, and nothing is left of it.
  void forget(const sqlite::Removed& planned) noexcept;
  std::vector<Stray> find_strays();
  /// Mail of that name which directory.db does not know, if there is one and no more.
  std::optional<Stray> stray_of(std::string_view name);
  /// Nothing when it is no stray any more.
  std::optional<Result<AccountId>> adopt(const Stray& stray, const Credentials& credentials);

  // ---- removing one ----

  /// Whether the store of that number is what the tombstone names.
  bool is_what_goes(const sqlite::Removed& removed);
  /// False when there is no such store, or it is another's.
  bool take_aside(const sqlite::Removed& removed);
  /// False when there was nothing to delete.
  bool sweep_one(const sqlite::Removed& removed);

  const Clock& clock_;
  const std::unique_ptr<StoreProvider> stores_;
  sqlite::Connection connection_;
  sqlite::AccountTable accounts_;
  sqlite::RemovedTable removed_;
  sqlite::AppPasswordTable app_passwords_;
  std::optional<std::vector<Stray>> strays_;  ///< looked for once: a directory is large

 private:
  AccountId free_number();
};

}  // namespace postbag::storage
