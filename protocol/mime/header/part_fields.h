// What a header field means for its part: one table from names to fields of Part.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/mime/parser.h"
#include "protocol/mime/structure.h"

namespace postbag::mime {

/// The state of a part's header while it is read: what Part cannot hold before all fields are known.
struct HeaderState {
  std::optional<ContentType> type;
  std::optional<std::string> encoding;
  std::optional<std::string> references;
  std::array<std::size_t, 32> sizes{};  ///< bytes read of the fields of each name, by its index in the table
  std::size_t size = 0;                 ///< bytes read of all known fields
  LimitsMet limits_met;
};

/// A field with its bytes unchanged, folds included.
struct RawField {
  std::string_view name;
  std::string_view value;  ///< the bytes after the colon
  std::string_view end;    ///< the end of a value whose middle was dropped
};

/// True when `part` uses the field.
bool is_known_field(const Part& part, std::string_view name);

/// Stores the field in `part` (and in its envelope, if it has one) or in `state`. Ignores fields that are not
/// used.
void apply_field(Part& part, HeaderState& state, const RawField& field, const ParserLimits& limits);

}  // namespace postbag::mime
