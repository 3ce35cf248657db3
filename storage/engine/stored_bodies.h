// Reads message bodies, wherever they lie.
#pragma once

#include "storage/bodies/body_files.h"
#include "storage/engine/tables.h"
#include "storage/text_index/body_source.h"

namespace postbag::storage {

/// Small bodies are in the table, large ones in files. Used within a transaction.
class StoredBodies final : public BodySource {
 public:
  /// `files` may be null: then all are in the table. Both must outlive it.
  StoredBodies(BodyTable& table, bodies::BodyFiles* files) : table_(table), files_(files) {}

  std::vector<BodyId> above(std::optional<BodyId> id, std::size_t limit) const override;
  std::int64_t newest() const override { return table_.newest(); }
  std::optional<std::uint64_t> size(BodyId id) const override;
  std::optional<std::string> checksum(BodyId id) const override;
  std::optional<std::string> structure(BodyId id) const override { return table_.structure(id); }
  std::optional<std::string> read(BodyId id, std::uint64_t offset, std::size_t length) const override;
  /// Reads the whole body and compares its checksum. False when it differs, nothing when it was collected.
  std::optional<bool> verify(BodyId id) const;

 private:
  BodyTable& table_;
  bodies::BodyFiles* files_;
};

}  // namespace postbag::storage
