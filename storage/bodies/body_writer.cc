#include "storage/bodies/body_writer.h"

#include <algorithm>

#include "storage/errors.h"

namespace postbag::storage::bodies {

SpoolingWriter::SpoolingWriter(std::shared_ptr<BodyFiles> files, std::size_t inline_limit, std::size_t memory_limit)
    : inline_limit_(inline_limit),
      memory_limit_(std::min(inline_limit, memory_limit)),
      files_(std::move(files)),
      staged_(std::make_shared<Staged>()) {}

void SpoolingWriter::append(std::string_view bytes) {
  hasher_.update(bytes);
  staged_->length += bytes.size();
  if (staged_->fd) {
    if (!files_->has_room(bytes.size())) throw DiskFull("only the reserve is left on the disk");
    disk::write_all(staged_->fd, bytes);
    return;
  }
  staged_->inline_bytes.append(bytes);
  if (files_ && staged_->length > memory_limit_) spill();
}

void SpoolingWriter::spill() {
  const auto name = BodyFiles::new_name();
  staged_->fd = files_->create(name);
  staged_->files = files_;
  staged_->file = name;
  disk::write_all(staged_->fd, staged_->inline_bytes);
  staged_->inline_bytes = {};
}

std::string SpoolingWriter::read(std::uint64_t offset, std::size_t length) const {
  if (offset >= staged_->length) return {};
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(length, staged_->length - offset));
  if (staged_->fd) return disk::read_some(staged_->fd, offset, count);
  return staged_->inline_bytes.substr(static_cast<std::size_t>(offset), count);
}

StagedBody SpoolingWriter::finish(std::string structure, ThreadKeys thread_keys) {
  staged_->checksum = hasher_.finish();
  staged_->spooled = staged_->fd && staged_->length <= inline_limit_;
  staged_->structure = std::move(structure);
  staged_->thread_keys = std::move(thread_keys);
  // A thousand bodies may wait for one transaction: they must not hold a descriptor each.
  staged_->fd = Fd();
  return StagedBody(std::move(staged_));
}

}  // namespace postbag::storage::bodies
