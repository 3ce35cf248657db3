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

  /// Counts the commits that changed a mailbox or a name, of all processes.
  std::uint64_t generation();
  /// The generation in which names changed last.
  std::uint64_t names_generation();
  /// The last statement of a commit.
  void raise_generation(const AccountTotals& difference, bool names_changed);

  /// Sums them up again, from the counters of the mailboxes and the sizes of bodies that are shared or garbage.
  void recount();

 private:
  Statement totals_, change_totals_, recount_, generation_, names_generation_, raise_generation_;
};

}  // namespace postbag::storage::sqlite
