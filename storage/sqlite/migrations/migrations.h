// The numbered steps from an empty database to today's. A step is never changed once released: see
// storage/FORMAT.md.
#pragma once

#include <span>
#include <variant>

#include "storage/sqlite/connection/sql.h"

namespace postbag::storage::sqlite {

class Connection;

/// A step without which the program works too. It is left out where the database is damaged: the account has to
/// open all the same, and what is not damaged has to be readable.
struct Dispensable {
  void (*run)(Connection&);
};

/// Constant SQL, or a function for what SQL cannot say. Step n brings the database from user_version n-1 to n.
using Migration = std::variant<Sql, void (*)(Connection&), Dispensable>;

extern const std::span<const Migration> mail_migrations;
extern const std::span<const Migration> directory_migrations;

/// Runs the steps that are missing, each in its own transaction. Throws TooNew when the database has more.
void migrate(Connection& connection, std::span<const Migration> steps);
/// Throws TooNew or Corrupt unless the database has exactly these steps; for those who cannot write.
void require_version(Connection& connection, std::span<const Migration> steps);

}  // namespace postbag::storage::sqlite
