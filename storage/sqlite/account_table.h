// The table of accounts in directory.db.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/account_directory.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class AccountTable {
 public:
  explicit AccountTable(const Connection& connection);

  /// Neither the number nor the name may be taken.
  void add(const Account& account);
  /// Above all that were ever given.
  AccountId next_number();
  /// False when there is no such account.
  bool set_credentials(std::string_view name, const Credentials& credentials);
  /// False when it has others than the old ones.
  bool replace_credentials(AccountId id, const Credentials& old, const Credentials& credentials);
  bool set_administrator(std::string_view name, bool is_one);
  bool set_moved_to(std::string_view name, std::string_view url);
  bool set_identity(AccountId id, std::string_view identity);
  bool erase(std::string_view name);
  std::vector<Account> list();
  std::optional<Account> find(std::string_view name);
  std::optional<Account> find(AccountId id);
  /// The directory's own.
  std::string secret();

 private:
  Statement add_, next_number_, set_credentials_, replace_credentials_, set_administrator_, set_moved_to_;
  Statement set_identity_, erase_;
  Statement list_, find_name_, find_id_, secret_;
};

}  // namespace postbag::storage::sqlite
