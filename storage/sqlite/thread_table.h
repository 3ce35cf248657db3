// The tables of threads: threaded, thread_key. FORMAT.md, "Threads".
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/numbers.h"
#include "storage/sqlite/connection.h"

namespace postbag::storage::sqlite {

class ThreadTable {
 public:
  explicit ThreadTable(const Connection& connection);

  /// Puts a new body into the thread of the first of `keys` that is known, else into one of its own. The thread
  /// gets the keys that were unknown.
  void join(BodyId body, std::span<const std::uint64_t> keys);
  /// The thread of a body.
  ThreadId thread(BodyId body);
  /// Takes removed bodies out of their threads; of a thread that has none left the keys go.
  void erase(std::span<const BodyId> bodies);
  /// For verification: keys of threads that no body is in.
  std::uint64_t stray_keys();

 private:
  std::optional<ThreadId> find(std::span<const std::uint64_t> keys);

  Statement find_, add_key_, add_, thread_, erase_, drop_keys_, stray_keys_;
};

}  // namespace postbag::storage::sqlite
