// A connection to one database file, hardened.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/sqlite/connection/statement.h"

namespace postbag::storage::sqlite {

/// Synced or not; which file may be written.
struct ConnectionOptions {
  bool read_only = false;
  bool make = true;                 ///< when it is missing; else that is a failure
  bool sync = true;                 ///< synchronous=FULL, else OFF
  std::int64_t longest = 64 << 20;  ///< bytes of one value or row at most
};

/// One thread at a time. Waits up to 15 s for locks of other processes.
class Connection {
 public:
  /// An empty path: in memory. Throws what throw_error does.
  Connection(const std::filesystem::path& file, const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Statement prepare(Sql sql) const { return {db_.get(), sql}; }
  /// Several statements if need be.
  void run(Sql sql);
  /// Whether a transaction is open; SQLite ends one by itself on some errors.
  bool in_transaction() const;
  /// PRAGMA user_version.
  int version();
  void set_version(int version);

  /// PRAGMA quick_check: "ok", or what is wrong. Reads the whole file.
  std::string quick_check();
  /// PRAGMA integrity_check: what is wrong, at most 100 lines. Reads the whole file, and each index against its
  /// table.
  std::vector<std::string> integrity_check();

  /// Whether commits wait for the disk from now on. Not within a transaction; nothing in a connection that never
  /// syncs.
  void sync_commits(bool yes);
  /// Waits until all commits are on the disk.
  void sync_log();

  /// Part of a BLOB column of an existing row, shorter at its end.
  std::string read_blob(const char* table, const char* column, std::int64_t row, std::uint64_t offset,
                        std::size_t length) const;

  /// Bytes in the write-ahead log that no checkpoint has tried to copy.
  std::uint64_t wal_bytes() const { return wal_bytes_ - std::min(wal_bytes_, tried_bytes_); }
  /// Copies the log into the database as far as readers allow. When all was copied, a database that became smaller
  /// is cut off, and with `empty` the log too.
  void checkpoint(bool empty = false);
  /// Closing leaves the log as it is.
  void keep_log();

  /// Of the database, in pages.
  struct Pages {
    std::uint64_t all = 0;
    std::uint64_t free = 0;
  };
  Pages pages();
  /// Whether shrink() does anything: in a database that was made by postbag or rebuilt since it does so.
  bool can_shrink();
  /// Gives up to `pages` free pages back, within a transaction; the file is cut off by the next checkpoint.
  void shrink(std::uint64_t pages);
  /// Writes the whole database again, through memory and the log. Not within a transaction.
  void rebuild();

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  void harden(const ConnectionOptions& options);
  void write_ahead();
  void execute(const char* sql);
  /// A pragma takes no parameters; the number is ours.
  void set(Sql before, std::uint64_t number, Sql after);
  std::int64_t pragma(Sql sql);
  std::unique_ptr<sqlite3, Close> db_;
  bool syncs_ = false;             ///< at all
  bool sync_commits_ = false;      ///< now
  std::uint64_t wal_bytes_ = 0;    ///< kept by SQLite's hook after each commit
  std::uint64_t tried_bytes_ = 0;  ///< of them, those that a checkpoint could not copy: it tries again with more
};

}  // namespace postbag::storage::sqlite
