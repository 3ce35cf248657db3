// The position of BODY[section] in the stored message. RFC 9051 section 6.4.5.1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "protocol/mime/stored_structure.h"

namespace postbag::mime {

/// Which bytes of a part are meant. HEADER.FIELDS and .NOT are `header`, filtered by header_fields.h.
enum class SectionText : std::uint8_t {
  all,     ///< BODY[] and BODY[1.2]: a part without its MIME header; the message with its header
  header,  ///< of the message itself or of an embedded one
  text,    ///< the body of the same
  mime,    ///< the MIME header of a part; requires part numbers
};

/// The bytes of the section. Nothing when the message has no such part, or for HEADER or TEXT of a part that is
/// not a message. `numbers` are the part numbers, all from 1.
std::optional<ByteRange> section(const StoredStructure& message, std::span<const std::uint32_t> numbers,
                                 SectionText text);

/// What BINARY and BINARY.SIZE need: the undecoded bytes and their encoding. RFC 3516 section 4.2.
struct EncodedBody {
  ByteRange range;
  Encoding encoding = Encoding::seven_bit;
};
/// Nothing when the part does not exist. The message itself, multiparts and embedded messages are not decoded:
/// `binary`.
std::optional<EncodedBody> binary_section(const StoredStructure& message, std::span<const std::uint32_t> numbers);

}  // namespace postbag::mime
