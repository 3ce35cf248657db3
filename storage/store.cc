#include "storage/store.h"

#include "storage/engine.h"

namespace postbag::storage {

Store::Store(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

Store::~Store() = default;

std::unique_ptr<Store> Store::open(StoreOptions options) {
  return std::unique_ptr<Store>(new Store(std::make_unique<Engine>(std::move(options))));
}

BodyWriter Store::stage(std::size_t memory_limit) {
  engine_->require_usable();
  return {engine_->shared_files(), engine_->options().inline_body, memory_limit};
}

CommitReport Store::commit(std::span<Write* const> writes) { return engine_->commit(writes); }

std::uint64_t Store::wal_bytes() const { return engine_->connection().wal_bytes(); }

void Store::sync_flags() { engine_->sync_flags(); }

void Store::close_cleanly() {
  engine_->take_reservations_back();
  checkpoint();
  if (engine_->search_index() != nullptr) engine_->search_index()->checkpoint();
}

void Store::checkpoint() {
  engine_->require_usable();
  engine_->write_claims();
  engine_->connection().checkpoint();
}

bool Store::index_some(std::chrono::milliseconds time) {
  if (engine_->search_index() == nullptr) return false;
  const ReadScope scope(*this);
  return engine_->search_index()->catch_up(ReadTransaction(*engine_), time);
}

std::size_t Store::collect_garbage(std::size_t limit, std::chrono::seconds grace) {
  return engine_->collect_garbage(limit, engine_->now() - grace.count());
}

bool Store::failed() const { return engine_->failed(); }

StoreCounters Store::counters() const { return engine_->counters(); }

Store::ReadScope::ReadScope(Store& store) : store_(store) { store_.engine_->begin_read(); }

Store::ReadScope::~ReadScope() { store_.engine_->end_read(); }

}  // namespace postbag::storage
