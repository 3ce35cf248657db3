// Prepared statements with bound parameters: the only way SQL is run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

#include "storage/sqlite/connection/sql.h"

struct sqlite3;
struct sqlite3_stmt;

namespace postbag::storage::sqlite {

/// Bytes to be bound as a BLOB; a plain string_view is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

/// Throws DiskFull, Corrupt, InUse or Broken for a result code of SQLite, with its message.
[[noreturn]] void throw_error(sqlite3* db, int code);

/// The rows of a running statement; the statement is ready for its next use when this goes.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  /// Goes to the next row, at first to the first one; false after the last. Throws what throw_error does.
  bool next();
  /// Runs to the end, where a change of a single statement is committed; whether there was a row on the way.
  bool finish() {
    bool any = false;
    while (next()) any = true;
    return any;
  }
  std::int64_t integer(int column) const;
  template <class N>
  N number(int column) const {
    return N(static_cast<typename N::rep>(integer(column)));
  }
  bool is_null(int column) const;
  /// TEXT or BLOB. Valid until next().
  std::string_view bytes(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// One prepared statement. Belongs to its connection and must go before it.
class Statement {
 public:
  Statement(sqlite3* db, Sql sql);

  /// Binds and starts; the arguments must live until the rows are gone.
  template <class... Arguments>
  Rows query(const Arguments&... arguments) {
    int index = 0;
    (bind(++index, arguments), ...);
    return Rows(statement_.get());
  }
  /// Binds and runs to the end.
  template <class... Arguments>
  void execute(const Arguments&... arguments) {
    query(arguments...).finish();
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  void bind(int index, std::nullptr_t);
  template <class Rep>
    requires std::is_integral_v<Rep>
  void bind(int index, Rep value) {
    bind(index, static_cast<std::int64_t>(value));
  }
  template <class N>
    requires requires(N n) {
      n.value();
      typename N::rep;
    }
  void bind(int index, N n) {
    bind(index, static_cast<std::int64_t>(n.value()));
  }
  template <class T>
    requires(!std::is_integral_v<T>)
  void bind(int index, const std::optional<T>& value) {
    if (value)
      bind(index, *value);
    else
      bind(index, nullptr);
  }
  void check(int code) const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace postbag::storage::sqlite
