// SEARCH BODY and TEXT over a message that comes in pieces. RFC 9051 section 6.4.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/stored.h"
#include "protocol/mime/transfer_decoder.h"
#include "protocol/text/casefold.h"
#include "protocol/text/charset.h"

namespace postbag::mime {

/// Where a needle is looked for.
enum class SearchIn : std::uint8_t {
  body,  ///< texts, and the headers of parts and embedded messages
  text,  ///< the same, and the message's own header
};

/// Looks for one needle in the text of a message: header fields and text parts decoded to UTF-8, other leaves
/// skipped. A text in an unknown transfer encoding or charset is searched as it is. A match lies within one field
/// or one part. Memory: one header field (64 kB of it at most), one piece decoded, the needle. One thread at a
/// time.
class MessageSearch {
 public:
  /// `message`'s bytes and `needle` must outlive this.
  MessageSearch(const StoredStructure& message, const protocol::Needle& needle, SearchIn where);
  MessageSearch(MessageSearch&&) = default;

  /// Takes the next bytes of the message, from its first. True once the needle was found: then nothing more is
  /// needed.
  bool feed(std::string_view bytes);
  /// The message ended. Whether the needle was found.
  bool finish();

 private:
  struct Segment {
    ByteRange range;
    bool header = false;
    Encoding encoding = Encoding::seven_bit;
    std::string_view charset;
  };
  void begin(const Segment& segment);
  void take(std::string_view bytes);
  void take_header(std::string_view bytes);
  void take_text(std::string_view bytes);
  void flush_field();
  void flush_text();
  void end();

  std::vector<Segment> segments_;  ///< rising
  std::size_t current_ = 0;
  bool open_ = false;  ///< begin() of the current segment was called
  std::uint64_t position_ = 0;
  std::string field_;
  std::optional<TransferDecoder> transfer_;
  std::optional<protocol::CharsetDecoder> charset_;
  protocol::Charsets charsets_;  ///< of header fields
  protocol::StreamMatcher matcher_;
};

}  // namespace postbag::mime
