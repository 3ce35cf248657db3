// Reads a message once, in pieces of any size, and yields its structure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/limits.h"
#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Limits for hostile messages; the defaults are those of core/limits.h.
struct ParserLimits {
  std::size_t depth = 100;                             ///< a multipart or message deeper than this is opaque
  std::size_t parts = 10'000;                          ///< from then on boundaries are ignored
  std::size_t header_used = std::size_t{1024} * 1024;  ///< bytes of one field; To, Cc and Bcc count as one field
                                                       ///< each however often they come; the rest of it is not read
  std::size_t field_end =
      std::size_t{128} * 1024;  ///< of a longer References, this many bytes of its end are used too
  /// Bytes of the used fields of all parts together. The message's own fields do not count, nor do the first
  /// part_header bytes of each part: these are never lost because others are large.
  std::size_t headers_used = std::size_t{8} * 1024 * 1024;
  std::size_t part_header = 1024;
  std::size_t addresses = 1'000;                       ///< of one address field
  std::size_t parameters = 100;                        ///< of one field
  std::size_t common_fields = std::size_t{16} * 1024;  ///< bytes kept of the message's common fields
};

/// The server's configured limits, as far as they are about messages.
constexpr ParserLimits parser_limits(const Limits& limits) {
  ParserLimits out;
  out.depth = limits.mime_depth;
  out.parts = limits.mime_parts;
  out.header_used = limits.header_used;
  out.headers_used = limits.headers_used;
  out.addresses = limits.addresses;
  return out;
}

/// Linear in the bytes; no recursion; memory limited by the limits, not by the body's size. One thread at a time.
///
///     Parser p; while (more) p.feed(bytes); Structure s = std::move(p).finish();
///
/// No message is refused. How broken messages are read:
// clang-format off
/// | Input                                    | Answer                                                               |
/// |------------------------------------------|----------------------------------------------------------------------|
/// | empty message                            | text/plain of 0 bytes, empty header                                  |
/// | no blank line                            | all is header, the body is empty; but a multipart's own boundary     |
/// |                                          | ends its header                                                      |
/// | header line without a colon              | stays in the header's bytes, is ignored; so are its folds            |
/// | bare LF                                  | ends a line as CRLF does; offsets and sizes are those of the bytes   |
/// | CR CR LF                                 | ends a header as an empty line                                       |
/// | CR alone, NUL, 8-bit bytes               | ordinary bytes; in ENVELOPE and BODYSTRUCTURE NUL is left out and    |
/// |                                          | 8-bit texts are literals                                             |
/// | no final line end                        | the last line counts as text, not as a line                          |
/// | a field twice                            | To, Cc, Bcc are joined; else the first one counts                    |
/// | Content-Type missing or unreadable       | text/plain; charset=us-ascii, in multipart/digest message/rfc822     |
/// | multipart without boundary or parts      | one text/plain child without header: all of its body                 |
/// | multipart not closed                     | ends where the part around it ends                                   |
/// | boundary of an outer multipart           | closes all inner ones, in a header too (RFC 2046 section 5.1.2)      |
/// | line that begins with several boundaries | the longest counts; of equal ones the innermost                      |
/// | boundary after its closing delimiter     | text of the epilogue                                                 |
/// | blank line of a header before a boundary | is the header's, and in all parts that end there                     |
/// | boundary over 200 bytes                  | no boundary (RFC 2046 allows 70)                                     |
/// | white space at a boundary's end          | is ignored; may precede the "--" of the closing delimiter too        |
/// | message/rfc822 in base64                 | opaque: application/octet-stream (RFC 2046 section 5.2.1 forbids it);|
/// |                                          | its octets are searched. One that begins with a field is 8bit        |
/// | message/rfc822 in quoted-printable       | parsed as if not encoded                                             |
/// | message/global in base64 or q-p          | opaque, searched (RFC 6532 section 3.7)                              |
/// | deeper or more parts than the limits     | opaque: application/octet-stream                                     |
/// | over 100 parameters, 1 000 addresses     | the first ones count                                                 |
/// | field over 1 MiB                         | its first MiB counts; of References its last identifiers too         |
// clang-format on
class Parser {
 public:
  explicit Parser(const ParserLimits& limits = {});
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;
  ~Parser();

  /// Takes the next bytes. Keeps no pointer to them.
  void feed(std::string_view bytes);
  /// Ends the message. The parser must not be used afterwards.
  Structure finish() &&;

 private:
  class Scanner;
  std::unique_ptr<Scanner> scanner_;
};

/// A whole message at once.
Structure parse(std::string_view message, const ParserLimits& limits = {});

}  // namespace postbag::mime
