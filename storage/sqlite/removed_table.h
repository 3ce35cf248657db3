// The tombstones in directory.db: whose mail may be deleted. FORMAT.md, "directory.db".
#pragma once

#include <cstdint>
#include <vector>

#include "core/numbers.h"
#include "storage/owner.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

/// An account that was removed, or one that is being made.
struct Removed {
  AccountId id;
  Owner owner;  ///< without a name: it is being made

  bool is_being_made() const { return owner.name.empty(); }
};

class RemovedTable {
 public:
  explicit RemovedTable(const Connection& c)
      : add_(c.prepare("INSERT INTO removed (id, name, identity, since) VALUES (?, ?, ?, ?)")),
        erase_(c.prepare("DELETE FROM removed WHERE id = ? RETURNING id")),
        has_(c.prepare("SELECT 1 FROM removed WHERE id = ?")),
        list_(c.prepare("SELECT id, name, identity FROM removed ORDER BY id")) {}

  void add(const Removed& removed, std::int64_t since) {
    add_.execute(removed.id, removed.owner.name, Blob{removed.owner.identity}, since);
  }
  /// Whether it was there.
  bool erase(AccountId id) {
    auto rows = erase_.query(id);
    return rows.finish();
  }
  bool has(AccountId id) { return has_.query(id).next(); }
  std::vector<Removed> list() {
    std::vector<Removed> out;
    auto rows = list_.query();
    while (rows.next())
      out.push_back({rows.number<AccountId>(0), {std::string(rows.bytes(1)), std::string(rows.bytes(2))}});
    return out;
  }

 private:
  Statement add_, erase_, has_, list_;
};

}  // namespace postbag::storage::sqlite
