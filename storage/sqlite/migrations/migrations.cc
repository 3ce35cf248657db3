#include "storage/sqlite/migrations/migrations.h"

#include <string>
#include <variant>
#include <vector>

#include "storage/errors.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

namespace {

[[noreturn]] void throw_too_new(int version) {
  throw TooNew("database: schema version " + std::to_string(version) + " is newer than this program");
}

struct Run {
  Connection& connection;
  void operator()(Sql sql) const { connection.run(sql); }
  void operator()(void (*function)(Connection&)) const { function(connection); }
  void operator()(Dispensable step) const { step.run(connection); }
};

/// The steps up to `to` that another process has not done meanwhile, all or nothing.
void migrate_to(Connection& connection, int to, std::span<const Migration> steps) {
  connection.run("BEGIN IMMEDIATE");
  try {
    for (int version = connection.version(); version < to; ++version) {
      std::visit(Run{connection}, steps[static_cast<std::size_t>(version)]);
      connection.set_version(version + 1);
    }
    connection.run("COMMIT");
  } catch (...) {
    if (connection.in_transaction()) connection.run("ROLLBACK");
    throw;
  }
}

constexpr Sql nothing = "";

/// After SQLite has found damage it lets that transaction write nothing more, so a step is left out as a whole.
void migrate_one(Connection& connection, int to, std::span<const Migration> steps) {
  const bool dispensable = std::holds_alternative<Dispensable>(steps[static_cast<std::size_t>(to - 1)]);
  try {
    return migrate_to(connection, to, steps);
  } catch (const Corrupt&) {
    if (!dispensable) throw;
  }
  std::vector<Migration> without(steps.begin(), steps.end());
  without[static_cast<std::size_t>(to - 1)] = nothing;
  migrate_to(connection, to, without);
}

}  // namespace

void migrate(Connection& connection, std::span<const Migration> steps) {
  const int version = connection.version();
  const int newest = static_cast<int>(steps.size());
  if (version > newest) throw_too_new(version);
  if (version == 0) return migrate_to(connection, newest, steps);  // a new one: one sync is enough
  for (int to = version + 1; to <= newest; ++to) migrate_one(connection, to, steps);
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
