// The bytes of a message on their way in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/bodies/staged.h"

namespace postbag::storage {

/// A complete message body that no mailbox refers to yet. Copies stand for the same body. When the last copy goes
/// and no committed append took it, its bytes are removed. It may be appended several times within one transaction,
/// and again when that was rolled back, but not after a commit. Lives on the account's thread; may outlive the
/// Store.
class StagedBody {
 public:
  /// Bytes of the message, without the structure.
  std::uint64_t size() const { return staged_->size; }
  /// Bytes of it that wait in memory for the commit.
  std::size_t memory() const { return staged_->inline_bytes.size(); }

 private:
  friend class BodyWriter;
  friend class Transaction;
  explicit StagedBody(std::shared_ptr<bodies::Staged> staged) : staged_(std::move(staged)) {}
  std::shared_ptr<bodies::Staged> staged_;
};

/// What ties a message to others, in the order in which its thread is to be looked for; opaque to storage. A
/// message joins the thread of the first key that some message before it had.
using ThreadKeys = std::vector<std::uint64_t>;

/// Receives one message body piece by piece, outside of any transaction. Up to StoreOptions::inline_body bytes go
/// into the database, more into a file of their own. Until the commit, what is small waits in memory, or in a file
/// too when there is no room for it. From Store::stage(); on the account's thread; may outlive the Store. Dropped
/// before finish(): nothing remains.
class BodyWriter {
 public:
  /// Without `files` all bodies are held in memory.
  BodyWriter(std::shared_ptr<bodies::BodyFiles> files, std::size_t inline_limit, std::size_t memory_limit);

  /// Adds bytes at the end. Writes to disk when the message is large, without syncing; throws DiskFull or Broken,
  /// and then only destruction is left to do.
  void append(std::string_view bytes);
  /// Bytes so far.
  std::uint64_t size() const { return staged_->size; }
  /// The bytes so far, when they are still held in memory (see inline_body); nothing once they are in a file. Valid
  /// until the next call.
  std::optional<std::string_view> in_memory() const;
  /// Reads back up to `length` bytes from `offset` of what was appended, wherever it is; shorter at the end.
  std::string read(std::uint64_t offset, std::size_t length) const;
  /// Ends the message. `structure` is what the reader of the message wants beside it, opaque here.
  StagedBody finish(std::string structure, ThreadKeys thread_keys = {});

 private:
  /// Moves what is in memory to a new file.
  void spill();

  bodies::Hasher hasher_;
  std::size_t inline_limit_;
  std::size_t memory_limit_;
  std::shared_ptr<bodies::BodyFiles> files_;
  std::shared_ptr<bodies::Staged> staged_;
};

}  // namespace postbag::storage
