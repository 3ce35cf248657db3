// The engine's tables in SQLite, and our store on top of them.
#pragma once

#include <memory>

#include "storage/engine/paged_store.h"
#include "storage/engine/store_options.h"
#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"
#include "storage/sqlite/mail_tables.h"

namespace postbag::storage::sqlite {

/// What each transaction runs.
struct TransactionStatements {
  explicit TransactionStatements(const Connection& connection);
  Statement begin, begin_immediate, commit, set_savepoint, release_savepoint, data_version;
};

/// The connection and what is prepared on it: made before the interface that refers to it.
struct OpenDatabase {
  explicit OpenDatabase(const StoreOptions& options);
  bool stopped_uncleanly;  ///< the last process that had the database open did not close it
  Connection connection;
  MailTables tables;
  TransactionStatements statements;
};

/// mail.db in the account's directory, or a database in memory. FORMAT.md.
class MailDatabase final : private OpenDatabase, public Tables {
 public:
  /// Opens and migrates it; made only as StoreOptions::owner says. Throws Missing, Foreign, TooNew, InUse, Corrupt
  /// or Broken.
  explicit MailDatabase(const StoreOptions& options);

  void begin_read() override;
  void begin_write(bool durable) override;
  void commit() override;
  void roll_back() override;
  bool in_transaction() const override;
  void set_savepoint() override;
  void release_savepoint() override;
  void roll_back_to_savepoint() override;
  std::uint64_t commits_of_others() override;
  void sync() override;

  std::uint64_t log_bytes() const override;
  void copy_log(bool empty) override;
  void keep_log() override;
  Space space() override;
  bool can_shrink() override;
  void shrink(std::uint64_t most) override;
  void rebuild() override;
};

/// Opens the store of one account. Throws what MailDatabase throws. An account of an older postbag has got its
/// identity then: read it with owner_of().
std::unique_ptr<PagedStore> open_store(StoreOptions options);

}  // namespace postbag::storage::sqlite
