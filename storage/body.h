// The bytes of a message on their way in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postbag::storage {

/// A complete message body that no mailbox refers to yet. Copies stand for the same body. When the last copy goes
/// and no committed append took it, its bytes are removed. It may be appended several times within one transaction,
/// and again when that was rolled back, but not after a commit. Lives on the account's thread; may outlive the
/// Store.
class StagedBody {
 public:
  /// What a store keeps of the body until then: each kind of store derives its own.
  class Content {
   public:
    Content() = default;
    virtual ~Content() = default;
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    virtual std::uint64_t size() const = 0;
    virtual std::size_t memory() const = 0;
  };

  explicit StagedBody(std::shared_ptr<Content> content) : content_(std::move(content)) {}
  /// Bytes of the message, without the structure.
  std::uint64_t size() const { return content_->size(); }
  /// Bytes of it that wait in memory for the commit.
  std::size_t memory() const { return content_->memory(); }
  /// For the store that staged it.
  const std::shared_ptr<Content>& content() const { return content_; }

 private:
  std::shared_ptr<Content> content_;
};

/// What ties a message to others, in the order in which its thread is to be looked for; opaque to storage. A
/// message joins the thread of the first key that some message before it had.
using ThreadKeys = std::vector<std::uint64_t>;

/// Receives one message body piece by piece, outside of any transaction. From Store::stage(); on the account's
/// thread; may outlive the Store. Destroyed before finish(), it leaves nothing.
class BodyWriter {
 public:
  BodyWriter() = default;
  virtual ~BodyWriter() = default;
  BodyWriter(const BodyWriter&) = delete;
  BodyWriter& operator=(const BodyWriter&) = delete;

  /// Adds bytes at the end. Does not wait for the disk. Throws DiskFull or Broken, and then only destruction is
  /// left to do.
  virtual void append(std::string_view bytes) = 0;
  /// Reads back up to `length` bytes from `offset` of what was appended; fewer at the end.
  virtual std::string read(std::uint64_t offset, std::size_t length) const = 0;
  /// Ends the message; called once. `structure` is what readers of the message want beside it, opaque here.
  virtual StagedBody finish(std::string structure, ThreadKeys thread_keys = {}) = 0;
};

}  // namespace postbag::storage
