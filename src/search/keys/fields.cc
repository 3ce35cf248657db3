#include "search/keys/fields.h"

#include <utility>

#include "protocol/mime/section.h"
#include "protocol/mime/stored_structure.h"
#include "protocol/parse/values.h"
#include "search/key.h"
#include "search/look.h"
#include "search/parser.h"

namespace postbag::search {

Parsed FieldContains::parse(grammar::SearchKey key, Parser& parser) {
  const FieldRow& row = row_of(field_rows, key.kind());
  auto sought = parser.sought(*key.astring());
  if (!sought) return std::unexpected(std::move(sought.error()));
  std::string field(row.field);
  if (field.empty()) field = protocol::string_value(key.header_fld_name()->text());
  return Key{FieldContains{std::move(field), row.what, std::move(*sought)}};
}

Answer FieldContains::match(Look& look) const {
  const std::string_view wanted[] = {field};
  const mime::StoredStructure stored = look.stored().structure();
  if (mime::common_fields_cover(stored, wanted)) return look.count(sought, relevancy_in(stored.common_fields()));
  if (const auto found = look.found(this)) return look.count(sought, *found);
  if (look.is_late()) return std::nullopt;
  // Wherever in the header they are.
  const auto header = mime::section(stored, {}, mime::SectionText::header);
  mime::FieldFilter filter(wanted, mime::Pick::named, look.surroundings().headers_used, mime::NoRoom::cut);
  const std::string fields = look.stored().fields(*header, std::move(filter));
  return look.count(sought, look.remember(this, relevancy_in(fields)));
}

Relevancy FieldContains::relevancy_in(std::string_view header) const {
  if (const auto* needle = std::get_if<protocol::Needle>(&sought))
    return mime::field_contains(header, field, what, *needle) ? 100 : 0;
  const auto texts = mime::field_texts(header, field, what);
  if (texts.empty()) return 0;
  protocol::FuzzyMatcher matcher(std::get<protocol::FuzzyNeedle>(sought));
  for (const protocol::DecodedText& text : texts) {
    matcher.feed(text.octets.value_or(text.utf8));
    matcher.end_text();
  }
  return matcher.score();
}

}  // namespace postbag::search
