// Decodes Content-Transfer-Encoding in pieces. RFC 2045 section 6, RFC 3516.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "protocol/mime/structure.h"

namespace postbag::mime {

/// The encoding of that name, in any case: 7bit, 8bit, binary, base64, quoted-printable. Empty is 7bit; anything
/// else unknown.
Encoding encoding_named(std::string_view name);

/// Decodes a body that arrives in pieces of any size; the result does not depend on the pieces. Lenient: base64
/// skips characters outside its alphabet, continues after padding and drops an incomplete last byte; a broken
/// quoted-printable escape is kept; white space at a line's end is removed (RFC 2045 section 6.7 rule 3).
class TransferDecoder {
 public:
  /// Error::unknown_encoding, which IMAP reports as NO [UNKNOWN-CTE]. RFC 3516 section 4.3.
  static Result<TransferDecoder> make(Encoding encoding);

  void feed(std::string_view in, std::string& out);
  void finish(std::string& out);

 private:
  explicit TransferDecoder(Encoding encoding) : encoding_(encoding) {}
  void base64(std::string_view in, std::string& out);
  void quoted_printable(std::string_view in, std::string& out);
  void quoted_printable_byte(char c, std::string& out);

  Encoding encoding_;
  std::uint32_t bits_ = 0;  ///< base64: bits not yet written, below a marker bit
  int bit_count_ = 0;
  std::string held_;  ///< quoted-printable: an incomplete escape, or white space that may end the line
};

/// A whole body at once. Error::unknown_encoding.
Result<std::string> decoded(std::string_view body, Encoding encoding);

}  // namespace postbag::mime
