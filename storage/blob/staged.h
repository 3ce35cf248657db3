// A body between its arrival and the commit that first refers to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sodium/crypto_generichash.h>

namespace postbag::storage::blob {

class BodyFiles;

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

/// The bytes in memory, or in a file that lies in incoming/ until a commit takes it.
struct Staged {
  Staged() = default;
  ~Staged();
  Staged(const Staged&) = delete;
  Staged& operator=(const Staged&) = delete;

  std::uint64_t size = 0;
  std::string inline_bytes;          ///< empty when there is a file
  std::string structure;
  std::string checksum;
  std::string file;                  ///< its name, 32 hex digits; empty when inline
  int fd = -1;                       ///< open for writing while there is a file
  std::shared_ptr<BodyFiles> files;  ///< where the file lies; set when there is one
  bool keep = false;                 ///< a commit took it, or may have: destruction leaves the file alone
};

}  // namespace postbag::storage::blob
