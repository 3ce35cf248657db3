// Our store: mail in packed pages, on top of tables.
#pragma once

#include <memory>

#include "storage/engine/engine.h"
#include "storage/engine/maintenance.h"
#include "storage/engine/transaction/paged_transaction.h"
#include "storage/store.h"

namespace postbag::storage {

class PagedStore final : public Store {
 public:
  /// Removes what a crash left of bodies nobody refers to.
  PagedStore(StoreOptions options, std::unique_ptr<Tables> tables)
      : engine_(std::move(options), std::move(tables)) {}

  std::unique_ptr<BodyWriter> stage(std::size_t memory_limit = any_memory) override;
  CommitReport commit(std::span<Write* const> writes) override { return engine_.commits.commit(writes); }
  CommitReport external_change(std::span<const MailboxId> watched) override;
  void sync_flags() override { engine_.commits.sync_flags(); }
  Maintenance maintain(MaintenanceScope scope) override { return maintainer_.run(scope); }
  MaintenanceDue maintenance_due() const override { return maintainer_.due(); }
  bool has_new_work() override { return engine_.search_index && engine_.search_index->has_just_begun(); }
  void close_cleanly() override;
  bool failed() const override { return engine_.health.failed(); }
  StoreCounters counters() const override { return engine_.counters; }

  // Finer grips, for tests and tools
  Maintainer& maintainer() { return maintainer_; }
  std::uint64_t log_bytes() const { return engine_.tables.log_bytes(); }
  std::size_t collect_garbage(std::size_t limit, std::chrono::seconds grace = std::chrono::hours{1}) {
    return maintainer_.collect_garbage(limit, engine_.now() - grace.count());
  }
  /// For as long as no commit comes.
  const StoredBodies& bodies() const { return engine_.bodies; }

 protected:
  ReadTransaction& begin_read() override;
  void end_read() noexcept override;

 private:
  Engine engine_;
  Maintainer maintainer_{engine_};
  PagedTransaction reading_{engine_};
};

}  // namespace postbag::storage
