#include "storage/store.h"

#include "storage/engine/engine.h"
#include "storage/errors.h"
#include "storage/sqlite/owner_table.h"

namespace postbag::storage {

namespace {

/// With less beside the reserve nothing is entered into the search index: the room is the mail's.
constexpr std::uint64_t room_to_index = 4ULL * 1024 * 1024;

}  // namespace

Store::Store(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

Store::~Store() = default;

std::unique_ptr<Store> Store::open(StoreOptions options) {
  return std::unique_ptr<Store>(new Store(std::make_unique<Engine>(std::move(options))));
}

BodyWriter Store::stage(std::size_t memory_limit) {
  engine_->require_usable();
  if (!engine_->has_room(0)) throw DiskFull("only the reserve is left on the disk");
  return {engine_->shared_files(), engine_->options().inline_body, memory_limit};
}

CommitReport Store::commit(std::span<Write* const> writes) { return engine_->commit(writes); }

CommitReport Store::external_change(std::span<const MailboxId> watched) {
  const ReadScope scope(*this);
  return engine_->external_change(watched);
}

std::uint64_t Store::wal_bytes() const { return engine_->connection().wal_bytes(); }

void Store::sync_flags() { engine_->sync_flags(); }

void Store::close_cleanly() {
  engine_->take_reservations_back();
  checkpoint();
  if (engine_->search_index() != nullptr) engine_->search_index()->checkpoint();
}

void Store::checkpoint() { engine_->checkpoint(); }

Upkeep Store::keep_up(bool bodies_held) { return engine_->keep_up(bodies_held); }

bool Store::shrink(std::uint64_t keep) { return engine_->shrink(keep); }

bool Store::index_some(std::chrono::milliseconds time) {
  if (engine_->search_index() == nullptr || !engine_->has_room(room_to_index)) return false;
  const ReadScope scope(*this);
  return engine_->search_index()->catch_up(ReadTransaction(*engine_), time);
}

std::size_t Store::collect_garbage(std::size_t limit, std::chrono::seconds grace) {
  return engine_->collect_garbage(limit, engine_->now() - grace.count());
}

std::optional<Owner> Store::owner() const { return sqlite::read_owner(engine_->connection()); }

bool Store::failed() const { return engine_->failed(); }

StoreCounters Store::counters() const { return engine_->counters(); }

Store::ReadScope::ReadScope(Store& store) : store_(store) { store_.engine_->begin_read(); }

Store::ReadScope::~ReadScope() { store_.engine_->end_read(); }

}  // namespace postbag::storage
