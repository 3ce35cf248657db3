// The door to the engine: nothing here but the order in which its parts are called.
#include "storage/engine/paged_store.h"

#include "storage/bodies/body_writer.h"
#include "storage/errors.h"

namespace postbag::storage {

std::unique_ptr<BodyWriter> PagedStore::stage(std::size_t memory_limit) {
  engine_.health.require_usable();
  if (!engine_.has_room(0)) throw DiskFull("only the reserve is left on the disk");
  return std::make_unique<bodies::SpoolingWriter>(engine_.files, engine_.options.inline_body, memory_limit);
}

CommitReport PagedStore::external_change(std::span<const MailboxId> watched) {
  const ReadScope reading(engine_);
  return engine_.generation.external_change(watched);
}

void PagedStore::close_cleanly() {
  engine_.commits.take_reservations_back();
  maintainer_.copy_log();
  if (engine_.search_index) engine_.search_index->checkpoint();
}

ReadTransaction& PagedStore::begin_read() {
  engine_.begin_read();
  return reading_;
}

void PagedStore::end_read() noexcept { engine_.end_read(); }

}  // namespace postbag::storage
