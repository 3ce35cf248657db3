// Header fields as bytes: picking some of them, and the ones that are kept beside each message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/stored.h"
#include "protocol/text/casefold.h"
#include "protocol/text/charset/encoded_word.h"

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

/// What becomes of a field for which there is no room.
enum class NoRoom : std::uint8_t { leave_out, cut };

/// Picks fields of a header that comes in pieces. O(header x log of names); memory: what is picked, at most `most`
/// bytes. When a field is left out those behind it still come in.
class FieldFilter {
 public:
  FieldFilter(std::span<const std::string_view> names, Pick pick, std::size_t most,
              NoRoom no_room = NoRoom::leave_out);
  /// The next bytes of the header; what is behind its blank line does not matter.
  void feed(std::string_view bytes);
  /// The picked fields as header_fields() gives them.
  std::string finish() &&;

 private:
  void take(std::string_view piece);
  void begin_line();
  void keep(std::string_view piece);
  bool is_wanted(std::string_view name) const;

  std::vector<std::string>
      names_;                ///< lower case, sorted: a client may ask for thousands, and a header have as many
  std::size_t longest_ = 0;  ///< of them
  Pick pick_;
  std::size_t most_;
  NoRoom no_room_;
  std::string picked_;
  std::string head_;       ///< of a line, until it says which field it belongs to
  std::size_t field_ = 0;  ///< where the current field begins in picked_
  bool first_ = true;      ///< no line was begun
  bool in_line_ = false;   ///< the current line's field is known
  bool wanted_ = false;    ///< the current field is
  bool ended_ = false;     ///< the blank line came
};

/// HEADER.FIELDS and HEADER.FIELDS.NOT: the fields of `header` in their order, as they were, and a blank line at
/// the end (also when nothing was found). Names in any ASCII case. RFC 9051 section 6.4.5.1. O(header x log of
/// names).
std::string header_fields(std::string_view header, std::span<const std::string_view> names, Pick pick);

/// Whether HEADER.FIELDS (or SEARCH HEADER) of all these names can be answered from
/// StoredStructure::common_fields(), without reading the message.
bool common_fields_cover(const StoredStructure& message, std::span<const std::string_view> names);

/// Whether this name is one of those that are kept.
bool is_common_field(std::string_view name);

/// What of a field SEARCH looks at.
enum class FieldText : std::uint8_t {
  written,    ///< its readable text: unfolded, encoded words decoded. HEADER, SUBJECT
  addresses,  ///< that, and each address as ENVELOPE tells it, "Name <mailbox@host>". FROM, TO, CC, BCC
};

/// Whether a field `name` of `header` (common_fields(), or a header's bytes) has the needle. An empty needle asks
/// only whether the field is there. RFC 9051 section 6.4.4.
bool field_contains(std::string_view header, std::string_view name, FieldText what, const protocol::Needle& needle);

/// The texts of all fields `name` of `header`, in their order.
std::vector<protocol::DecodedText> field_texts(std::string_view header, std::string_view name, FieldText what);

}  // namespace postbag::mime
