// The parts of one open store, and what several of them need.
#pragma once

#include <cstdint>
#include <memory>

#include "storage/bodies/body_files.h"
#include "storage/disk/reserve.h"
#include "storage/engine/generation.h"
#include "storage/engine/group_commit.h"
#include "storage/engine/health.h"
#include "storage/engine/mailbox_cache.h"
#include "storage/engine/recent_claims.h"
#include "storage/engine/store_options.h"
#include "storage/engine/stored_bodies.h"
#include "storage/engine/tables.h"
#include "storage/store.h"
#include "storage/text_index/search_index.h"

namespace postbag::storage {

/// Made in the order of its members. Not for users of storage.
struct Engine {
  /// Makes up for what a process that ended left undone.
  Engine(StoreOptions how, std::unique_ptr<Tables> database);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  std::int64_t now() const { return options.clock->now().seconds; }
  /// Brackets a read, so that all of it sees one state of the database.
  void begin_read();
  void end_read() noexcept;
  /// Whether so many bytes may be added to the disk, without what is reserved for removing.
  bool has_room(std::uint64_t bytes) const { return !files || files->has_room(bytes); }

  const StoreOptions options;
  const disk::Reserve reserve;
  const std::unique_ptr<Tables> owned_tables;
  Tables& tables;
  Health health;
  StoreCounters counters;
  const std::shared_ptr<bodies::BodyFiles> files;  ///< null in memory
  StoredBodies bodies;
  std::unique_ptr<SearchIndex> search_index;  ///< null: none is kept
  MailboxCache mailboxes;
  Generation generation;
  RecentClaims recent;
  GroupCommit commits;

 private:
  void sweep_incoming();
  void open_search_index();
};

class ReadScope {
 public:
  explicit ReadScope(Engine& engine) : engine_(engine) { engine_.begin_read(); }
  ~ReadScope() { engine_.end_read(); }
  ReadScope(const ReadScope&) = delete;
  ReadScope& operator=(const ReadScope&) = delete;

 private:
  Engine& engine_;
};

}  // namespace postbag::storage
