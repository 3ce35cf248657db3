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
#include "storage/engine/tables.h"
#include "storage/sqlite/connection/connection.h"

namespace postbag::storage::sqlite {

class BodyTable final : public storage::BodyTable {
 public:
  explicit BodyTable(const Connection& connection);

  BodyId add(const NewBody& body) override;
  std::optional<BodyRow> find(BodyId id) override;
  std::string read(BodyId id, std::uint64_t offset, std::size_t length) const override;
  std::optional<std::string> structure(BodyId id) override;
  std::optional<std::uint64_t> structure_size(BodyId id);
  bool has_file(std::string_view file) override;
  std::vector<BodyId> above(std::optional<BodyId> id, std::size_t limit) override;
  /// Calls f for each body, rising.
  void each(const std::function<void(BodyId, const BodyRow&)>& f);

  // For verification
  /// Bytes that lie in the row; 0 when there are none.
  std::uint64_t inline_size(BodyId id);
  /// How many messages more than one refer to it, as counted.
  std::uint64_t extra(BodyId id);
  std::uint64_t shared_count();
  RangeSet<BodyId> garbage_ranges();

  void share(BodyId id) override;
  std::uint64_t release(std::vector<SizedBody> bodies, std::int64_t now) override;
  std::vector<BodyId> garbage(std::size_t limit, std::int64_t before) override;
  std::optional<std::int64_t> oldest_garbage() override;
  void erase(std::span<const BodyId> ids) override;
  std::int64_t newest() override;

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
