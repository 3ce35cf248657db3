// The one row of the table account in mail.db. FORMAT.md, "account".
#pragma once

#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class AccountRow final : public storage::AccountRow {
 public:
  explicit AccountRow(const Connection& connection);

  AccountTotals totals() override;
  void add(const BodyBytes& difference) override;
  BodyBytes body_bytes();

  std::uint64_t generation() override;
  std::uint64_t names_generation() override;
  void set_names_generation(std::uint64_t generation) override;

  /// Sums the bytes of bodies up again, from the sizes of those that are shared or garbage.
  void recount();

 private:
  Statement totals_, body_bytes_, add_, recount_, generation_, names_generation_, set_names_generation_;
};

}  // namespace postbag::storage::sqlite
