// Keys that look into one header field: FROM, SUBJECT, HEADER and so on. RFC 9051 section 6.4.4.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "protocol/mime/header/header_fields.h"
#include "search/keys/kind.h"
#include "search/sought.h"

namespace postbag::search {

struct FieldRow {
  KeyName name;
  std::string_view field;  ///< none: the client names it
  mime::FieldText what;
};
inline constexpr auto field_rows = std::to_array<FieldRow>({
    {KeyName::bcc, "Bcc", mime::FieldText::addresses},
    {KeyName::cc, "Cc", mime::FieldText::addresses},
    {KeyName::from, "From", mime::FieldText::addresses},
    {KeyName::header, "", mime::FieldText::written},
    {KeyName::subject, "Subject", mime::FieldText::written},
    {KeyName::to, "To", mime::FieldText::addresses},
});

struct FieldContains {
  std::string field;
  mime::FieldText what;
  Sought sought;

  static constexpr auto names = names_of(field_rows);
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Cost cost() const { return mime::is_common_field(field) ? Cost::structure : Cost::body; }
  Answer match(Look& look) const;

 private:
  Relevancy relevancy_in(std::string_view header) const;
};

}  // namespace postbag::search
