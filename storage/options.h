// How a store is opened.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/limits.h"
#include "storage/owner.h"

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

/// Makes of a message the text that a search index knows it by; storage looks into no message.
struct SearchTexts {
  /// Some bytes of the message from `offset` on, at least one.
  using Read = std::function<std::string(std::uint64_t offset)>;
  /// The text: valid UTF-8 without NUL. Nothing: the index cannot know that message, each search looks at it.
  /// `structure`: what BodyWriter::finish was given. Null: no index is kept.
  std::function<std::optional<std::string>(std::string_view structure, std::uint64_t size, const Read& read)> make;
  /// Stands for the way it is made: with another one the index is made anew.
  std::string version;
};

struct StoreOptions {
  /// The account's own directory; empty: a store in memory that ends with the object.
  std::filesystem::path directory;
  /// Whose mail has to lie there. Without an identity, by name only: what an older postbag made gets one; made when
  /// nothing lies there. Nothing: whoever's it is; made when missing.
  std::optional<Owner> owner = {};
  /// Must outlive the store.
  const Clock* clock = &system_clock();
  Limits limits = {};
  VanishedLimits vanished = {};
  Durability durability = Durability::full;
  FlagDurability flags = FlagDurability::full;
  /// For an index that narrows searches; one in memory has none. Without it, an index that is there is removed.
  SearchTexts search_texts = {};
  /// Bytes of the disk that are kept for removing mail: below them no message is taken any more. On a small disk a
  /// sixteenth of it.
  std::uint64_t most_reserved = std::uint64_t{64} * 1024 * 1024;
  /// A file that holds some more of the disk, given up when others have filled it; empty: none. Shared by all
  /// accounts of the disk. On a small disk a 64th of it.
  std::filesystem::path reserve_file = {};
  std::uint64_t most_in_reserve_file = std::uint64_t{16} * 1024 * 1024;
  /// Bytes of decoded index pages kept between transactions.
  std::size_t cache_bytes = std::size_t{4} * 1024 * 1024;
  /// Bodies up to this size go into the database, larger ones to files. A file costs two more syncs (it and its
  /// directory), which take as long as writing several hundred kB; an inline body is written twice (log, database)
  /// and makes the database longer to copy. 64 KiB keeps nearly all mail without attachments to one sync.
  std::size_t inline_body = std::size_t{64} * 1024;
};

}  // namespace postbag::storage
