// Encoded words in header fields. RFC 2047, with the language suffix of RFC 2231 section 5.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/text/charset/charset.h"

namespace postbag::protocol {

/// A header field's value without the CRLF (or LF) of its folds and without white space at both ends. RFC 5322
/// section 2.2.3.
std::string unfolded(std::string_view value);

/// A text whose encoded words were decoded.
struct DecodedText {
  std::string utf8;
  /// The words' octets as they are, when one is in an unknown charset or not of its own. RFC 5255 section 4.6 (c).
  std::optional<std::string> octets;
};

/// `text` (already unfolded) with each encoded word replaced by its UTF-8; white space between two of them goes
/// (RFC 2047 section 6.2). What only looks like an encoded word stays as it is; so do bytes above 127.
/// Lenient like every reader of mail: encoded words count inside quoted strings and next to other text too.
/// Who reads many fields gives his `charsets`.
DecodedText decoded_words(std::string_view text, Charsets& charsets);
DecodedText decoded_words(std::string_view text);

/// What a header field says to who searches it: without its line ends, then decoded; all else is text, CR alone and
/// white space at its ends too.
DecodedText header_text(std::string_view raw_value, Charsets& charsets);

}  // namespace postbag::protocol
