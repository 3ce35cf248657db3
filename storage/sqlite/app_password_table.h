// The table of application passwords in directory.db.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/account_directory.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class AppPasswordTable {
 public:
  explicit AppPasswordTable(const Connection& c)
      : add_(c.prepare("INSERT OR IGNORE INTO app_password (account, label, hash, read_only, created) "
                       "VALUES (?, ?, ?, ?, ?) RETURNING account")),
        erase_(c.prepare("DELETE FROM app_password WHERE account = ? AND label = ? RETURNING account")),
        list_(c.prepare("SELECT label, hash, read_only, created FROM app_password WHERE account = ? "
                        "ORDER BY label")) {}

  /// False when the label is taken.
  bool add(AccountId id, const AppPassword& password, std::int64_t created) {
    auto rows = add_.query(id, password.label, Blob{password.hash}, password.read_only, created);
    return rows.finish();
  }
  /// Whether it was there.
  bool erase(AccountId id, std::string_view label) {
    auto rows = erase_.query(id, label);
    return rows.finish();
  }
  std::vector<AppPassword> list(AccountId id) {
    std::vector<AppPassword> out;
    auto rows = list_.query(id);
    while (rows.next())
      out.push_back({.label = std::string(rows.bytes(0)),
                     .hash = std::string(rows.bytes(1)),
                     .read_only = rows.integer(2) != 0,
                     .created = rows.integer(3)});
    return out;
  }

 private:
  Statement add_, erase_, list_;
};

}  // namespace postbag::storage::sqlite
