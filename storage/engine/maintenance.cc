// Deleting a message only takes it out of its mailbox. What else that means is done here, later and in slices that
// stay short, so that no command waits for it: FORMAT.md, "Room".
//
// - A body without messages is garbage. It stays for an hour, because a FETCH may be reading it in pieces, and
//   for a day while somebody says so. Its file gets a link in incoming/ before the commit that forgets it, so that
//   a crash in between leaves nothing that the next opening does not sweep.
// - On a full disk the order is reversed: the search index goes first, since all of it can be made again, then the
//   log, then garbage without any grace.
// - The log is copied between commits and not in one: it costs two syncs. Only where writes never end does one
//   wait.
#include "storage/engine/maintenance.h"

#include <algorithm>

#include "storage/engine/engine.h"
#include "storage/errors.h"

namespace postbag::storage {

namespace {

constexpr std::chrono::seconds grace = std::chrono::hours{1};
/// While somebody reads bodies: longer than anybody takes for one.
constexpr std::chrono::seconds grace_when_held = std::chrono::hours{24};
/// Bodies collected at once, and their bytes: about 20 ms, most of which their texts take in the search index.
constexpr std::size_t collected_at_once = 32;
constexpr std::uint64_t bytes_collected_at_once = 256 * 1024;
/// A log above this is copied into the database when no commit waits.
constexpr std::uint64_t long_log = 4ULL * 1024 * 1024;
/// And above this also while commits wait: where writes never end, the log would not either.
constexpr std::uint64_t longest_log = 16ULL * 1024 * 1024;
/// With less than this beside the reserve the disk counts as full.
constexpr std::uint64_t enough_room = 1024 * 1024;
/// Pages given back at once, of which each may have to be moved first.
constexpr std::uint64_t pages_at_once = 256;
/// Unused pages that stay for the mail to come.
constexpr std::uint64_t spare_pages = 64;
/// A database that cannot shrink is rebuilt when no more than this is in it: a tenth of a second.
constexpr std::uint64_t most_pages_rebuilt = 4096;
/// With less beside the reserve nothing is entered into the search index: the space is the mail's.
constexpr std::uint64_t room_to_index = 4ULL * 1024 * 1024;
constexpr std::chrono::milliseconds index_slice{5};
constexpr std::chrono::seconds clean_up_interval{1};

}  // namespace

Maintenance Maintainer::run(MaintenanceScope scope) {
  if (scope.urgent_only) {
    if (due() != MaintenanceDue::later) copy_log();
    return {};
  }
  // A pass of the index has many slices: all else is looked at once a second meanwhile.
  const auto now = std::chrono::steady_clock::now();
  std::exception_ptr failure;
  if (!indexing_ || now >= clean_up_at_) {
    clean_up_at_ = now + clean_up_interval;
    failure = try_to_clean_up(scope.bodies_held);
  }
  if (left_.more) return left_;
  indexing_ = index_some(index_slice);
  if (failure && !indexing_) std::rethrow_exception(failure);
  return {.more = indexing_, .next = left_.next};
}

/// What fails, but leaves the store usable, must not keep the search index from being caught up.
std::exception_ptr Maintainer::try_to_clean_up(bool bodies_held) {
  left_ = {};
  try {
    left_ = clean_up(bodies_held);
  } catch (...) {
    if (engine_.health.failed()) throw;
    return std::current_exception();
  }
  return nullptr;
}

MaintenanceDue Maintainer::due() const {
  const std::uint64_t log = engine_.tables.log_bytes();
  if (log > longest_log) return MaintenanceDue::at_once;
  return log > long_log ? MaintenanceDue::when_idle : MaintenanceDue::later;
}

void Maintainer::copy_log(bool empty) {
  engine_.health.require_usable();
  engine_.commits.write_claims();
  engine_.health.fatally([&] { engine_.tables.copy_log(empty); });
}

Maintenance Maintainer::clean_up(bool bodies_held) {
  engine_.health.require_usable();
  auto& tables = engine_.tables;
  engine_.reserve.use_when_full();
  if (engine_.search_index && !engine_.has_room(enough_room)) engine_.search_index->give_up();
  if (!engine_.has_room(tables.log_bytes() + enough_room)) copy_log(true);
  const bool is_short = !engine_.has_room(enough_room);
  const auto wait = bodies_held ? grace_when_held : is_short ? std::chrono::seconds{0} : grace;
  const auto pages = tables.space().pages;
  Maintenance left;
  left.more = collect_slice(engine_.now() - wait.count());
  if (!left.more) left.more = shrink(is_short ? 0 : std::max(spare_pages, pages / 8));
  const bool shrank = tables.space().pages < pages;
  const std::uint64_t log = tables.log_bytes();
  if (log > long_log || (log > 0 && (is_short || (shrank && !left.more)))) copy_log(is_short);
  engine_.reserve.renew();
  if (const auto since = tables.bodies.oldest_garbage())
    left.next =
        std::max(std::chrono::seconds(*since - engine_.now()) + (is_short ? std::chrono::seconds{0} : grace),
                 std::chrono::seconds{0});
  return left;
}

bool Maintainer::shrink(std::uint64_t keep) {
  engine_.health.require_usable();
  const auto [pages, free] = engine_.tables.space();
  if (free <= keep) return false;
  if (!engine_.tables.can_shrink()) {
    rebuild(pages - free);
    return false;
  }
  // Nothing depends on it, so it need not be durable.
  engine_.commits.transact(false, [&] { engine_.tables.shrink(std::min(free - keep, pages_at_once)); });
  return free - keep > pages_at_once;
}

/// A database of a time before postbag made such as can shrink. A large one waits until less is in it.
void Maintainer::rebuild(std::uint64_t used_pages) {
  if (used_pages > most_pages_rebuilt || !engine_.has_room(2 * used_pages * Tables::page_bytes)) return;
  engine_.health.fatally([&] { engine_.tables.rebuild(); });
}

/// Whether there are more. As many bodies as their bytes allow, at least one.
bool Maintainer::collect_slice(std::int64_t before) {
  auto& bodies = engine_.tables.bodies;
  const auto due = bodies.garbage(collected_at_once, before);
  std::size_t count = 0;
  for (std::uint64_t bytes = 0; count < due.size() && bytes < bytes_collected_at_once; ++count)
    if (const auto row = bodies.find(due[count])) bytes += row->size;
  collect_garbage(count, before);
  return count < due.size() || count == collected_at_once;
}

Maintainer::Garbage Maintainer::find_garbage(std::size_t limit, std::int64_t before) {
  Garbage garbage;
  garbage.ids = engine_.tables.bodies.garbage(limit, before);
  for (const auto id : garbage.ids) {
    auto row = engine_.tables.bodies.find(id);
    if (!row) continue;
    garbage.bytes += row->size;
    if (!row->file.empty()) garbage.files.push_back(std::move(row->file));
  }
  return garbage;
}

std::size_t Maintainer::collect_garbage(std::size_t limit, std::int64_t before) {
  engine_.health.require_usable();
  const auto garbage = find_garbage(limit, before);
  if (garbage.ids.empty()) return 0;
  std::vector<IndexedText> indexed;
  if (engine_.search_index) indexed = engine_.search_index->texts(engine_.bodies, garbage.ids);
  commit_garbage(garbage);
  for (const auto& file : garbage.files) engine_.files->discard(file);
  if (engine_.search_index) engine_.search_index->forget(engine_.bodies, indexed);
  return garbage.ids.size();
}

void Maintainer::commit_garbage(const Garbage& garbage) {
  for (const auto& file : garbage.files) engine_.files->retire(file);
  if (engine_.files) engine_.health.fatally([&] { engine_.files->sync_directories(); });
  engine_.commits.transact(true, [&] {  // durable: the files are removed after it
    engine_.tables.bodies.erase(garbage.ids);
    engine_.tables.threads.erase(garbage.ids);
    engine_.tables.account.add({.garbage = std::uint64_t{0} - garbage.bytes});
  });
  ++engine_.counters.commits;
}

bool Maintainer::index_some(std::chrono::milliseconds time) {
  engine_.health.require_usable();
  if (engine_.search_index == nullptr || !engine_.has_room(room_to_index)) return false;
  const ReadScope reading(engine_);
  return engine_.search_index->catch_up(engine_.bodies, time);
}

}  // namespace postbag::storage
