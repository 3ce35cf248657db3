// A body between its arrival and the commit that first refers to it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sodium/crypto_generichash.h>

#include "storage/bodies/body_files.h"
#include "storage/body.h"

namespace postbag::storage::bodies {

/// BLAKE2b-256 over bytes that come in pieces.
class Hasher {
 public:
  static constexpr std::size_t bytes = 32;
  Hasher();
  void update(std::string_view piece);
  /// The digest, `bytes` long. Once.
  std::string finish();

 private:
  crypto_generichash_state state_;
};

/// The bytes, in memory or in a file in incoming/.
struct Staged final : StagedBody::Content {
  /// Removes the file unless `keep`.
  ~Staged() override;
  std::uint64_t size() const override { return length; }
  std::size_t memory() const override { return inline_bytes.size(); }

  std::uint64_t length = 0;
  std::string inline_bytes;  ///< empty when there is a file
  std::string structure;
  ThreadKeys thread_keys;
  std::string checksum;
  std::string file;                  ///< its name; empty when inline
  bool spooled = false;              ///< the file only waits: its bytes go into the database with the commit
  Fd fd;                             ///< the file, until BodyWriter::finish
  std::shared_ptr<BodyFiles> files;  ///< where the file lies; set when there is one
  bool keep = false;                 ///< a commit took it, or may have taken it
};

}  // namespace postbag::storage::bodies
