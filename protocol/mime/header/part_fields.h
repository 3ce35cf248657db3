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

/// A part's header while it is read: what Part cannot hold before all fields are known.
struct HeaderState {
  std::optional<ContentType> type;
  std::optional<std::string> encoding;
  std::optional<std::string> references;
  std::array<std::size_t, 32> sizes{};  ///< of the fields of each name that were read, by its place in the table
  std::size_t size = 0;                 ///< of all fields that were read at once, whatever others there are
  LimitsMet limits_met;
};

/// A field as its bytes are, folds included.
struct RawField {
  std::string_view name;
  std::string_view value;  ///< what stands behind the colon
  std::string_view end;    ///< of a value that was cut, what there is behind it
};

/// Whether we have a use for the field in `part`.
bool is_known_field(const Part& part, std::string_view name);

/// Puts the field into `part` (its envelope too, if it has one) or `state`; fields we have no use for do nothing.
void apply_field(Part& part, HeaderState& state, const RawField& field, const ParserLimits& limits);

}  // namespace postbag::mime
