// Takes a message in: into memory while it is small, into a file of its own once it is large.
#pragma once

#include "storage/bodies/staged.h"
#include "storage/body.h"

namespace postbag::storage::bodies {

/// Up to `inline_limit` bytes go into the database with the commit, more into a file. Until the commit, what is
/// small waits in memory, or in a file too when there is no room for it.
class SpoolingWriter final : public BodyWriter {
 public:
  /// Without `files` all bodies are held in memory; else `memory_limit` bytes at most.
  SpoolingWriter(std::shared_ptr<BodyFiles> files, std::size_t inline_limit, std::size_t memory_limit);

  void append(std::string_view bytes) override;
  std::string read(std::uint64_t offset, std::size_t length) const override;
  StagedBody finish(std::string structure, ThreadKeys thread_keys) override;

 private:
  /// Moves what is in memory to a new file.
  void spill();

  Hasher hasher_;
  std::size_t inline_limit_;
  std::size_t memory_limit_;
  std::shared_ptr<BodyFiles> files_;
  std::shared_ptr<Staged> staged_;
};

}  // namespace postbag::storage::bodies
