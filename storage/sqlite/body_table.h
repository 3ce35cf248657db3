// The tables of message bodies: body, structure, shared, garbage. FORMAT.md, "Bodies".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/numbers.h"
#include "core/range_set.h"
#include "storage/sqlite/connection.h"

namespace postbag::storage::sqlite {

struct BodyRow {
  std::uint64_t size;
  std::string checksum;
  std::string file;  ///< empty: the bytes lie in the row
};

struct SizedBody {
  BodyId id;
  std::uint64_t size;
  auto operator<=>(const SizedBody&) const = default;
};

/// What is written of a new body.
struct NewBody {
  std::uint64_t size;
  std::string_view checksum;
  std::string_view file;  ///< empty: `data` counts
  std::string_view data;
  std::string_view structure;
};

class BodyTable {
 public:
  explicit BodyTable(const Connection& connection);

  BodyId add(const NewBody& body);
  std::optional<BodyRow> find(BodyId id);
  /// Part of a body whose row has no file.
  std::string read(BodyId id, std::uint64_t offset, std::size_t length) const;
  std::optional<std::string> structure(BodyId id);
  std::optional<std::uint64_t> structure_size(BodyId id);
  bool has_file(std::string_view file);
  /// The next ids above `id`, or the first; rising.
  std::vector<BodyId> above(std::optional<BodyId> id, std::size_t limit);
  /// Calls f for each body, rising.
  void each(const std::function<void(BodyId, const BodyRow&)>& f);

  // For verification
  /// Bytes that lie in the row; 0 when there are none.
  std::uint64_t inline_size(BodyId id);
  /// How many messages more than one refer to it, as counted.
  std::uint64_t extra(BodyId id);
  std::uint64_t shared_count();
  RangeSet<BodyId> garbage_ranges();

  /// One more message refers to the body.
  void share(BodyId id);
  /// One message less refers to each of `bodies`, which may name a body twice. Those without any are garbage from
  /// `now` on, in seconds; their bytes are returned.
  std::uint64_t release(std::vector<SizedBody> bodies, std::int64_t now);
  /// Up to `limit` bodies that are garbage since `before` or earlier.
  std::vector<BodyId> garbage(std::size_t limit, std::int64_t before);
  /// Since when the oldest garbage is, in seconds; nothing when there is none.
  std::optional<std::int64_t> oldest_garbage();
  /// Removes what garbage() told. The ids are never given again.
  void erase(std::span<const BodyId> ids);
  /// The highest id that was ever given; 0 before the first.
  std::int64_t newest();

 private:
  /// The ids of bodies more than one message refers to, within a range.
  std::vector<BodyId> shared_within(Range<BodyId> range);
  /// One message less refers to each of `ids`; those without any are added to `unreferenced`.
  void release_once(const RangeSet<BodyId>& ids, RangeSet<BodyId>& unreferenced);
  /// Takes one id out of the ranges of garbage.
  void shrink_garbage(BodyId id);

  const Connection& connection_;
  Statement add_, added_, add_structure_, find_, structure_, structure_size_, has_file_, each_, above_;
  Statement inline_size_, extra_, shared_count_, garbage_ranges_;
  Statement share_, shared_within_, unshare_, drop_shared_, add_garbage_, garbage_, oldest_garbage_, newest_,
      set_newest_, erase_, erase_structure_, garbage_around_, drop_garbage_;
};

}  // namespace postbag::storage::sqlite
