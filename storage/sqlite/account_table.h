// The table of accounts in directory.db.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/directory.h"
#include "storage/sqlite/connection.h"

namespace postbag::storage::sqlite {

/// Each change is a transaction of its own; the names are unique, which is checked in the same step.
class AccountTable {
 public:
  explicit AccountTable(const Connection& connection);

  /// Nothing when the name is taken.
  std::optional<AccountId> add(const Owner& owner, std::string_view password_hash, std::int64_t created);
  /// False when there is no such account.
  bool set_hash(std::string_view name, std::string_view password_hash);
  void set_identity(AccountId id, std::string_view identity);
  bool erase(std::string_view name);
  std::vector<Account> list();
  std::optional<Account> find(std::string_view name);
  std::optional<Account> find(AccountId id);

 private:
  Statement add_, set_hash_, set_identity_, erase_, list_, find_name_, find_id_;
};

}  // namespace postbag::storage::sqlite
