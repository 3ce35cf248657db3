// What a header field means for its part: one table from names to fields of Part.
#pragma once

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
  LimitsMet limits_met;
};

/// Puts the field into `part` (its envelope too, if it has one) or `state`; fields we have no use for do nothing.
/// `raw_value` is what stands behind the colon, folds and last line end included.
void apply_field(Part& part, HeaderState& state, std::string_view name, std::string_view raw_value,
                 const ParserLimits& limits);

}  // namespace postbag::mime
