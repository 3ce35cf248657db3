#include "storage/sqlite/thread_table.h"

#include <set>

namespace postbag::storage::sqlite {

ThreadTable::ThreadTable(const Connection& c)
    : find_(c.prepare("SELECT thread FROM thread_key WHERE key = ?")),
      add_key_(c.prepare("INSERT OR IGNORE INTO thread_key (key, thread) VALUES (?, ?)")),
      add_(c.prepare("INSERT INTO threaded (body, thread) VALUES (?, ?)")),
      thread_(c.prepare("SELECT thread FROM threaded WHERE body = ?")),
      erase_(c.prepare("DELETE FROM threaded WHERE body = ?")),
      drop_keys_(c.prepare("DELETE FROM thread_key WHERE thread = ?1 "
                           "AND NOT EXISTS (SELECT 1 FROM threaded WHERE thread = ?1) "
                           "AND NOT EXISTS (SELECT 1 FROM body WHERE id = ?1)")),
      stray_keys_(c.prepare("SELECT count(*) FROM thread_key AS k "
                            "WHERE NOT EXISTS (SELECT 1 FROM threaded WHERE thread = k.thread) "
                            "AND NOT EXISTS (SELECT 1 FROM body WHERE id = k.thread)")) {}

std::optional<ThreadId> ThreadTable::find(std::span<const std::uint64_t> keys) {
  for (const auto key : keys) {
    auto rows = find_.query(key);
    if (rows.next()) return rows.number<ThreadId>(0);
  }
  return std::nullopt;
}

void ThreadTable::join(BodyId body, std::span<const std::uint64_t> keys) {
  const ThreadId own(body.value());
  const auto thread = find(keys).value_or(own);
  if (thread != own) add_.execute(body, thread);
  for (const auto key : keys) add_key_.execute(key, thread);
}

ThreadId ThreadTable::thread(BodyId body) {
  auto rows = thread_.query(body);
  return rows.next() ? rows.number<ThreadId>(0) : ThreadId(body.value());
}

void ThreadTable::erase(std::span<const BodyId> bodies) {
  std::set<ThreadId> threads;
  for (const auto body : bodies) {
    threads.insert(thread(body));
    erase_.execute(body);
  }
  for (const auto thread : threads) drop_keys_.execute(thread);
}

std::uint64_t ThreadTable::stray_keys() {
  auto rows = stray_keys_.query();
  rows.next();
  return static_cast<std::uint64_t>(rows.integer(0));
}

}  // namespace postbag::storage::sqlite
