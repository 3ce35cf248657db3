// How our own store is opened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "storage/options.h"
#include "storage/owner.h"

namespace postbag::storage {

/// What "committed" promises.
enum class Durability : std::uint8_t {
  full,  ///< on the disk, safe against power loss
  none,  ///< safe against the end of the process only; for tests and throw-away data
};

/// Who else may commit while a store is open.
enum class OtherWriters : std::uint8_t {
  possible,  ///< each read asks the database first whether another process has committed
  /// The opener keeps all others out, as by DataLock: only writes and external_change() ask. recount_account() may
  /// commit all the same, since what it changes is never kept in memory.
  none,
};

/// A store in memory keeps no search index; without SearchTexts, an index that exists is removed.
struct StoreOptions : StoreSettings {
  /// The account's own directory; empty: a store in memory that ends with the object.
  std::filesystem::path directory;
  /// Whose mail has to lie there. Without an identity, by name only: what an older postbag made gets one; made when
  /// nothing lies there. Nothing: any owner; made when missing.
  std::optional<Owner> owner = {};
  Durability durability = Durability::full;
  OtherWriters other_writers = OtherWriters::possible;
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
