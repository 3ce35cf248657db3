// What a store does beside its commits: the log into the database, bodies that nobody refers to any more, and room
// given back to the disk. FORMAT.md, "Room".
#include <algorithm>

#include "storage/engine/engine.h"
#include "storage/errors.h"
#include "storage/read_transaction.h"

namespace postbag::storage {

namespace {

constexpr std::chrono::seconds grace = std::chrono::hours{1};
/// While somebody reads bodies: longer than anybody is at one.
constexpr std::chrono::seconds grace_when_held = std::chrono::hours{24};
/// Bodies collected at once, and their bytes: some 20 ms, most of which their texts take in the search index.
constexpr std::size_t collected_at_once = 32;
constexpr std::uint64_t bytes_collected_at_once = 256 * 1024;
/// A log above this is copied into the database.
constexpr std::uint64_t longest_log = 4ULL * 1024 * 1024;
constexpr std::uint64_t page_bytes = 4096;
/// With less than this beside the reserve the disk counts as full.
constexpr std::uint64_t enough_room = 1024 * 1024;
/// Pages given back at once, of which each may have to be moved first.
constexpr std::uint64_t pages_at_once = 256;
/// Free pages that stay for the mail to come.
constexpr std::uint64_t spare_pages = 64;
/// A database that cannot shrink is rebuilt when no more than this is in it: a tenth of a second.
constexpr std::uint64_t most_pages_rebuilt = 4096;

}  // namespace

bool Engine::has_room(std::uint64_t bytes) const { return !files_ || files_->has_room(bytes); }

bool Engine::admits(std::uint64_t bytes) {
  // What is committed lies in the log first, and is copied behind it.
  return has_room(connection_.wal_bytes() + 2 * (growth_ + bytes));
}

void Engine::checkpoint(bool empty) {
  require_usable();
  write_claims();
  fatally([&] { connection_.checkpoint(empty); });
}

Upkeep Engine::keep_up(bool bodies_held) {
  require_usable();
  reserve_.use_when_full();
  if (search_index_ && !has_room(enough_room)) search_index_->give_up();
  if (!has_room(connection_.wal_bytes() + enough_room)) checkpoint(true);
  const bool is_short = !has_room(enough_room);
  const auto wait = bodies_held ? grace_when_held : is_short ? std::chrono::seconds{0} : grace;
  const auto pages = connection_.pages();
  Upkeep left;
  left.more = collect_slice(now() - wait.count());
  if (!left.more) left.more = shrink(is_short ? 0 : std::max(spare_pages, pages.all / 8));
  const bool shrank = connection_.pages().all < pages.all;
  const std::uint64_t log = connection_.wal_bytes();
  if (log > longest_log || (log > 0 && (is_short || (shrank && !left.more)))) checkpoint(is_short);
  reserve_.renew();
  if (const auto since = tables_.bodies.oldest_garbage())
    left.next = std::max(std::chrono::seconds(*since - now()) + (is_short ? std::chrono::seconds{0} : grace),
                         std::chrono::seconds{0});
  return left;
}

bool Engine::shrink(std::uint64_t keep) {
  require_usable();
  const auto [all, free] = connection_.pages();
  if (free <= keep) return false;
  if (!connection_.can_shrink()) {
    rebuild(all - free);
    return false;
  }
  connection_.sync_commits(false);  // nothing depends on it
  try {
    connection_.run("BEGIN IMMEDIATE");
    connection_.shrink(std::min(free - keep, pages_at_once));
    fatally([&] { connection_.run("COMMIT"); });
  } catch (...) {
    roll_back();
    throw;
  }
  return free - keep > pages_at_once;
}

/// A database of a time before postbag made such as can shrink. A large one waits until less is in it.
void Engine::rebuild(std::uint64_t used_pages) {
  if (used_pages > most_pages_rebuilt || !has_room(2 * used_pages * page_bytes)) return;
  connection_.sync_commits(true);
  fatally([&] { connection_.rebuild(); });
}

/// Whether there are more. As many bodies as their bytes allow, at least one.
bool Engine::collect_slice(std::int64_t before) {
  const auto due = tables_.bodies.garbage(collected_at_once, before);
  std::size_t count = 0;
  for (std::uint64_t bytes = 0; count < due.size() && bytes < bytes_collected_at_once; ++count)
    if (const auto row = tables_.bodies.find(due[count])) bytes += row->size;
  collect_garbage(count, before);
  return count < due.size() || count == collected_at_once;
}

Engine::Garbage Engine::find_garbage(std::size_t limit, std::int64_t before) {
  Garbage garbage;
  garbage.ids = tables_.bodies.garbage(limit, before);
  for (const auto id : garbage.ids) {
    auto row = tables_.bodies.find(id);
    if (!row) continue;
    garbage.bytes += row->size;
    if (!row->file.empty()) garbage.files.push_back(std::move(row->file));
  }
  return garbage;
}

std::size_t Engine::collect_garbage(std::size_t limit, std::int64_t before) {
  require_usable();
  const auto garbage = find_garbage(limit, before);
  if (garbage.ids.empty()) return 0;
  std::vector<IndexedText> indexed;
  if (search_index_) indexed = search_index_->texts(ReadTransaction(*this), garbage.ids);
  try {
    commit_garbage(garbage);
  } catch (...) {
    roll_back();
    throw;
  }
  for (const auto& file : garbage.files) files_->discard(file);
  if (search_index_) search_index_->forget(ReadTransaction(*this), indexed);
  return garbage.ids.size();
}

void Engine::commit_garbage(const Garbage& garbage) {
  for (const auto& file : garbage.files) files_->retire(file);
  if (files_) fatally([&] { files_->sync_directories(); });
  connection_.sync_commits(true);  // the files are removed after it
  connection_.run("BEGIN IMMEDIATE");
  tables_.bodies.erase(garbage.ids);
  tables_.threads.erase(garbage.ids);
  tables_.account.change_totals({.garbage_bytes = std::uint64_t{0} - garbage.bytes});
  fatally([&] { connection_.run("COMMIT"); });
  ++counters_.commits;
}

}  // namespace postbag::storage
