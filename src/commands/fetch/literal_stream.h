// The bytes of a literal on their way from the store to the client: no literal is ever whole in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mail/stored_message.h"
#include "protocol/mime/text/transfer_decoder.h"

namespace postbag {

/// A part of one message. Its literal's header was written with the size of what this will write.
class LiteralStream {
 public:
  /// The bytes as they are stored.
  explicit LiteralStream(mime::ByteRange stored) : stored_(stored), left_(stored.size) {}
  /// Of what `decoder` makes of the stored bytes, those in `wanted`.
  LiteralStream(mime::ByteRange stored, mime::TransferDecoder decoder, mime::ByteRange wanted)
      : stored_(stored), decoder_(std::move(decoder)), skip_(wanted.offset), left_(wanted.size) {}

  /// All was written.
  bool is_over() const { return left_ == 0; }
  /// Appends the next bytes to `out`: about a StoredMessage::piece, or none when they are decoded and skipped.
  void write_piece(const StoredMessage& message, std::string& out);

 private:
  mime::ByteRange stored_;                        ///< what is left to read
  std::optional<mime::TransferDecoder> decoder_;  ///< for BINARY
  std::uint64_t skip_ = 0;                        ///< decoded bytes before the wanted ones
  std::uint64_t left_ = 0;                        ///< bytes still owed to the client
};

}  // namespace postbag
