#include "storage/sqlite/migrations/migrations.h"

#include <string>

#include "storage/errors.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

namespace {

[[noreturn]] void throw_too_new(int version) {
  throw TooNew("database: schema version " + std::to_string(version) + " is newer than this program");
}

void run(Connection& connection, const Migration& step) {
  if (const auto* function = std::get_if<void (*)(Connection&)>(&step))
    (*function)(connection);
  else
    connection.run(std::get<const char*>(step));
}

/// One step, if another process has not done it meanwhile.
void migrate_one(Connection& connection, int to, const Migration& step) {
  connection.run("BEGIN IMMEDIATE");
  try {
    if (connection.version() < to) {
      run(connection, step);
      connection.set_version(to);
    }
    connection.run("COMMIT");
  } catch (...) {
    if (connection.in_transaction()) connection.run("ROLLBACK");
    throw;
  }
}

}  // namespace

void migrate(Connection& connection, std::span<const Migration> steps) {
  const int version = connection.version();
  const int newest = static_cast<int>(steps.size());
  if (version > newest) throw_too_new(version);
  for (int to = version + 1; to <= newest; ++to)
    migrate_one(connection, to, steps[static_cast<std::size_t>(to - 1)]);
}

void require_version(Connection& connection, std::span<const Migration> steps) {
  const int version = connection.version();
  const int newest = static_cast<int>(steps.size());
  if (version > newest) throw_too_new(version);
  if (version < newest)
    throw Corrupt("database: schema version " + std::to_string(version) +
                  " is of an older postbag; the next login or delivery migrates it");
}

}  // namespace postbag::storage::sqlite
