// Header fields as bytes: picking some of them, and the ones that are kept beside each message.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/stored.h"
#include "protocol/text/casefold.h"
#include "protocol/text/encoded_word.h"

namespace postbag::mime {

/// One field of a header block; views into it.
struct Field {
  std::string_view name;   ///< without the colon and white space before it; empty for a line that is no field
  std::string_view value;  ///< raw: behind the colon up to, and without, the last line end
  std::string_view whole;  ///< all its bytes, folds and last line end included
};

/// Walks over a header block (raw bytes; ends at its blank line, or its end). Lines may end with CRLF or LF.
class FieldReader {
 public:
  explicit FieldReader(std::string_view header) : rest_(header) {}
  /// The next field; nothing at the blank line or the end.
  std::optional<Field> next();

 private:
  std::string_view rest_;
};

/// Which fields header_fields() keeps.
enum class Pick : std::uint8_t { named, others };

/// HEADER.FIELDS and HEADER.FIELDS.NOT: the fields of `header` in their order, as they were, and a blank line at
/// the end (also when nothing was found). Names in any ASCII case. RFC 9051 section 6.4.5.1. O(header x log of
/// names).
std::string header_fields(std::string_view header, std::span<const std::string_view> names, Pick pick);

/// Whether HEADER.FIELDS (or SEARCH HEADER) of all these names can be answered from
/// StoredStructure::common_fields(), without reading the message.
bool common_fields_cover(const StoredStructure& message, std::span<const std::string_view> names);

/// Whether this name is one of those that are kept.
bool is_common_field(std::string_view name);

/// Whether a field `name` of `header` (common_fields(), or a header's bytes) has the needle in its readable text
/// (unfolded, encoded words decoded). An empty needle asks only whether the field is there. RFC 9051 section 6.4.4:
/// HEADER; FROM, TO, CC, BCC and SUBJECT are the same on their fields.
bool field_contains(std::string_view header, std::string_view name, const protocol::Needle& needle);

/// The readable texts of all fields `name` of `header`, in their order.
std::vector<protocol::DecodedText> field_texts(std::string_view header, std::string_view name);

}  // namespace postbag::mime
