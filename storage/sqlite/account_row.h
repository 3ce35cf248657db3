// The one row of the table account in mail.db. FORMAT.md, "account".
#pragma once

#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class AccountRow final : public storage::AccountRow {
 public:
  explicit AccountRow(const Connection& connection);

  AccountTotals totals() override;
  void change_totals(const AccountTotals& difference) override;

  std::uint64_t generation() override;
  std::uint64_t names_generation() override;
  void raise_generation(const AccountTotals& difference, bool names_changed) override;

  /// Sums them up again, from the counters of the mailboxes and the sizes of bodies that are shared or garbage.
  void recount();

 private:
  Statement totals_, change_totals_, recount_, generation_, names_generation_, raise_generation_;
};

}  // namespace postbag::storage::sqlite
