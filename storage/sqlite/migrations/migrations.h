// The numbered steps from an empty database to today's. A step is never changed once released: see
// storage/FORMAT.md.
#pragma once

#include <span>
#include <variant>

namespace postbag::storage::sqlite {

class Connection;

/// Constant SQL, or a function for what SQL cannot say. Step n brings the database from user_version n-1 to n.
using Migration = std::variant<const char*, void (*)(Connection&)>;

extern const std::span<const Migration> mail_migrations;
extern const std::span<const Migration> directory_migrations;

/// Runs the steps that are missing, each in its own transaction. Throws TooNew when the database has more.
void migrate(Connection& connection, std::span<const Migration> steps);
/// Throws TooNew or Corrupt unless the database has exactly these steps; for those who cannot write.
void require_version(Connection& connection, std::span<const Migration> steps);

}  // namespace postbag::storage::sqlite
