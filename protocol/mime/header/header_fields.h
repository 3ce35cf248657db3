// Header fields as bytes: selecting some of them, and the fields that are stored with each message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/stored_structure.h"
#include "protocol/text/casefold.h"
#include "protocol/text/charset/encoded_word.h"

namespace postbag::mime {

/// One field of a header block; views into it.
struct Field {
  std::string_view name;   ///< without the colon and white space before it; empty for a line that is not a field
  std::string_view value;  ///< raw: after the colon, without the last line end
  std::string_view whole;  ///< all its bytes, with folds and the last line end
};

/// Iterates over a header block (raw bytes, up to its blank line or its end). Lines may end with CRLF or LF.
class FieldReader {
 public:
  explicit FieldReader(std::string_view header) : rest_(header) {}
  /// The next field; nothing at the blank line or the end.
  std::optional<Field> next();

 private:
  std::string_view rest_;
};

/// Which fields header_fields() selects.
enum class Pick : std::uint8_t { named, others };

/// What happens to a field that exceeds the limit.
enum class NoRoom : std::uint8_t { leave_out, cut };

/// Selects fields of a header that arrives in pieces. O(header x log of names); memory: the selected fields, at
/// most `most` bytes. After a field that is left out, later ones may still be added.
class FieldFilter {
 public:
  FieldFilter(std::span<const std::string_view> names, Pick pick, std::size_t most,
              NoRoom no_room = NoRoom::leave_out);
  /// The next bytes of the header; bytes after its blank line are ignored.
  void feed(std::string_view bytes);
  /// The selected fields as header_fields() yields them.
  std::string finish() &&;

 private:
  void take(std::string_view piece);
  void begin_line();
  void keep(std::string_view piece);
  bool is_wanted(std::string_view name) const;

  std::vector<std::string>
      names_;                ///< lower case, sorted: a client may ask for thousands, and a header have as many
  std::size_t longest_ = 0;  ///< of the names
  Pick pick_;
  std::size_t most_;
  NoRoom no_room_;
  std::string picked_;
  std::string head_;       ///< the beginning of a line until it shows which field it belongs to
  std::size_t field_ = 0;  ///< where the current field begins in picked_
  bool first_ = true;      ///< no line has begun yet
  bool in_line_ = false;   ///< the current line's field is known
  bool wanted_ = false;    ///< the current field is selected
  bool ended_ = false;     ///< the blank line was read
};

/// HEADER.FIELDS and HEADER.FIELDS.NOT: the selected fields of `header`, unchanged and in order, and a blank line
/// at the end (also when no field was found). Names in any ASCII case. RFC 9051 section 6.4.5.1. O(header x log of
/// names).
std::string header_fields(std::string_view header, std::span<const std::string_view> names, Pick pick);

/// True when HEADER.FIELDS (or SEARCH HEADER) of all these names can be answered from
/// StoredStructure::common_fields(), without reading the message.
bool common_fields_cover(const StoredStructure& message, std::span<const std::string_view> names);

/// True when fields of this name are stored with the structure.
bool is_common_field(std::string_view name);

/// Which text of a field SEARCH compares.
enum class FieldText : std::uint8_t {
  written,    ///< its readable text: unfolded, encoded words decoded. HEADER, SUBJECT
  addresses,  ///< the same, and each address as ENVELOPE shows it, "Name <mailbox@host>". FROM, TO, CC, BCC
};

/// True when a field `name` of `header` (common_fields(), or a header's bytes) contains the needle. An empty
/// needle only asks whether the field exists. RFC 9051 section 6.4.4.
bool field_contains(std::string_view header, std::string_view name, FieldText what, const protocol::Needle& needle);

/// The texts of all fields `name` of `header`, in order.
std::vector<protocol::DecodedText> field_texts(std::string_view header, std::string_view name, FieldText what);

}  // namespace postbag::mime
