// The tables of threads: threaded, thread_key. FORMAT.md, "Threads".
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/numbers.h"
#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class ThreadTable final : public storage::ThreadTable {
 public:
  explicit ThreadTable(const Connection& connection);

  void join(BodyId body, std::span<const std::uint64_t> keys) override;
  ThreadId thread(BodyId body) override;
  void erase(std::span<const BodyId> bodies) override;
  /// For verification: keys of threads that no body is in.
  std::uint64_t stray_keys();

 private:
  std::optional<ThreadId> find(std::span<const std::uint64_t> keys);

  Statement find_, add_key_, add_, thread_, erase_, drop_keys_, stray_keys_;
};

}  // namespace postbag::storage::sqlite
