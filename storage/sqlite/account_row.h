// The one row of the table account in mail.db. FORMAT.md, "account".
#pragma once

#include "storage/mail.h"
#include "storage/sqlite/connection.h"

namespace postbag::storage::sqlite {

class AccountRow {
 public:
  explicit AccountRow(const Connection& connection);

  AccountTotals totals();
  /// Adds the difference, which is modulo 2^64.
  void change_totals(const AccountTotals& difference);
  /// Sums them up again, from the counters of the mailboxes and the sizes of bodies that are shared or garbage.
  void recount();

 private:
  Statement totals_, change_totals_, recount_;
};

}  // namespace postbag::storage::sqlite
