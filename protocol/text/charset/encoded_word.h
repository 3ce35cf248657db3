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

/// A text with its encoded words decoded.
struct DecodedText {
  std::string utf8;
  /// The words' octets unchanged, when one is in an unknown charset or invalid in its own. RFC 5255 section 4.6
  /// (c).
  std::optional<std::string> octets;
};

/// `text` (already unfolded) with each encoded word replaced by its UTF-8; white space between two of them is
/// removed (RFC 2047 section 6.2). Invalid encoded words and bytes above 127 stay. Lenient like all mail programs:
/// encoded words are also recognised inside quoted strings and next to other text. To read many fields, pass your
/// own `charsets`.
DecodedText decoded_words(std::string_view text, Charsets& charsets);
DecodedText decoded_words(std::string_view text);

/// A header field as SEARCH compares it: without its line ends, then decoded. Everything else is text, even a CR
/// alone and white space at its ends.
DecodedText header_text(std::string_view raw_value, Charsets& charsets);

}  // namespace postbag::protocol
