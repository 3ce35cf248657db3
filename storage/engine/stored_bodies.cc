// A body is read in pieces, each in a transaction of its own, while other commits go on. It never changes, and
// stays for an hour after its last message went, so the pieces fit together.
#include "storage/engine/stored_bodies.h"

#include <algorithm>

#include "storage/bodies/staged.h"
#include "storage/errors.h"

namespace postbag::storage {

std::vector<BodyId> StoredBodies::above(std::optional<BodyId> id, std::size_t limit) const {
  return table_.above(id, limit);
}

std::optional<std::uint64_t> StoredBodies::size(BodyId id) const {
  const auto row = table_.find(id);
  if (!row) return std::nullopt;
  return row->size;
}

std::optional<std::string> StoredBodies::checksum(BodyId id) const {
  auto row = table_.find(id);
  if (!row) return std::nullopt;
  return std::move(row->checksum);
}

std::optional<std::string> StoredBodies::read(BodyId id, std::uint64_t offset, std::size_t length) const {
  const auto row = table_.find(id);
  if (!row) return std::nullopt;
  if (offset >= row->size) return std::string();
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(length, row->size - offset));
  if (row->file.empty()) return table_.read(id, offset, count);
  auto bytes = files_ != nullptr ? files_->read(row->file, offset, count) : std::nullopt;
  if (!bytes || bytes->size() != count)
    throw Corrupt("the file of a message is missing or too short: " + row->file);
  return bytes;
}

std::optional<bool> StoredBodies::verify(BodyId id) const {
  constexpr std::size_t piece = 256 * 1024;
  const auto row = table_.find(id);
  if (!row) return std::nullopt;
  bodies::Hasher hasher;
  for (std::uint64_t at = 0; at < row->size; at += piece) hasher.update(read(id, at, piece).value());
  return hasher.finish() == row->checksum;
}

}  // namespace postbag::storage
