#include <algorithm>

#include "storage/body.h"
#include "storage/errors.h"

namespace postbag::storage {

BodyWriter::BodyWriter(std::shared_ptr<bodies::BodyFiles> files, std::size_t inline_limit, std::size_t memory_limit)
    : inline_limit_(inline_limit),
      memory_limit_(std::min(inline_limit, memory_limit)),
      files_(std::move(files)),
      staged_(std::make_shared<bodies::Staged>()) {}

void BodyWriter::append(std::string_view bytes) {
  hasher_.update(bytes);
  staged_->size += bytes.size();
  if (staged_->fd) {
    if (!files_->has_room(bytes.size())) throw DiskFull("only the reserve is left on the disk");
    write_all(staged_->fd, bytes);
    return;
  }
  staged_->inline_bytes.append(bytes);
  if (files_ && staged_->size > memory_limit_) spill();
}

void BodyWriter::spill() {
  const auto name = bodies::BodyFiles::new_name();
  staged_->fd = files_->create(name);
  staged_->files = files_;
  staged_->file = name;
  write_all(staged_->fd, staged_->inline_bytes);
  staged_->inline_bytes = {};
}

std::optional<std::string_view> BodyWriter::in_memory() const {
  if (staged_->fd) return std::nullopt;
  return staged_->inline_bytes;
}

std::string BodyWriter::read(std::uint64_t offset, std::size_t length) const {
  if (offset >= staged_->size) return {};
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(length, staged_->size - offset));
  if (staged_->fd) return read_some(staged_->fd, offset, count);
  return staged_->inline_bytes.substr(static_cast<std::size_t>(offset), count);
}

StagedBody BodyWriter::finish(std::string structure, ThreadKeys thread_keys) {
  staged_->checksum = hasher_.finish();
  staged_->spooled = staged_->fd && staged_->size <= inline_limit_;
  staged_->structure = std::move(structure);
  staged_->thread_keys = std::move(thread_keys);
  // A thousand bodies may wait for one transaction: they must not hold a descriptor each.
  staged_->fd = disk::Fd();
  return StagedBody(std::move(staged_));
}

}  // namespace postbag::storage
