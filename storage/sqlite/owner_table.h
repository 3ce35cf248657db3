// Whose mail the database holds: two columns of the table account in mail.db. FORMAT.md, "account".
#pragma once

#include <optional>

#include "storage/owner.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

/// In a database that has them: see read_owner().
class OwnerTable {
 public:
  explicit OwnerTable(const Connection& connection)
      : find_(connection.prepare("SELECT owner_name, owner_identity FROM account")),
        set_(connection.prepare("UPDATE account SET owner_name = ?, owner_identity = ?")) {}

  /// Nothing before set().
  std::optional<Owner> find() {
    auto rows = find_.query();
    if (!rows.next() || rows.bytes(1).empty()) return std::nullopt;
    return Owner{std::string(rows.bytes(0)), std::string(rows.bytes(1))};
  }
  void set(const Owner& owner) { set_.execute(owner.name, Blob{owner.identity}); }

 private:
  Statement find_, set_;
};

/// The owner that a database of any version names.
inline std::optional<Owner> read_owner(Connection& connection) {
  constexpr int since_version = 5;
  return connection.version() < since_version ? std::nullopt : OwnerTable(connection).find();
}

/// Whether a mailbox was ever made in it: the first login and the first delivery make some.
inline bool has_given_numbers(Connection& connection) {
  auto statement = connection.prepare("SELECT last_uid_validity > 0 FROM account");
  auto rows = statement.query();
  return rows.next() && rows.integer(0) != 0;
}

}  // namespace postbag::storage::sqlite
