// How a store is opened.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>

#include "core/clock.h"
#include "core/limits.h"

namespace postbag::storage {

/// What "committed" promises.
enum class Durability : std::uint8_t {
  full,  ///< on the disk, safe against power loss
  none,  ///< safe against the end of the process only; for tests and throw-away data
};

/// What "committed" promises of a commit that only changes flags.
enum class FlagDurability : std::uint8_t {
  full,  ///< the same as of all others
  /// Safe against the end of the process; on the disk with the next full commit or Store::sync_flags(). A power
  /// loss may take it back, but no mod-sequence that was ever told is used again, and whoever saw the change finds
  /// all flags of that mailbox changed anew.
  relaxed,
};

/// How far back the log of vanished UIDs of one mailbox reaches, at least as long as neither bound is met.
struct VanishedLimits {
  std::size_t ranges = 20'000;
  std::chrono::seconds age = std::chrono::days{180};
};

struct StoreOptions {
  /// The account's own directory, made when missing; empty: a store in memory that ends with the object.
  std::filesystem::path directory;
  /// Must outlive the store.
  const Clock* clock = &system_clock();
  Limits limits = {};
  VanishedLimits vanished = {};
  Durability durability = Durability::full;
  FlagDurability flags = FlagDurability::full;
  /// Bytes of decoded index pages kept between transactions.
  std::size_t cache_bytes = std::size_t{4} * 1024 * 1024;
  /// Bodies up to this size go into the database, larger ones to files. A file costs two more syncs (it and its
  /// directory), which take as long as writing several hundred kB; an inline body is written twice (log, database)
  /// and makes the database longer to copy. 64 KiB keeps nearly all mail without attachments to one sync.
  std::size_t inline_body = std::size_t{64} * 1024;
};

}  // namespace postbag::storage
