// BODY[section], and RFC822, RFC822.HEADER, RFC822.TEXT, which are sections by other names. RFC 9051 section 6.4.5,
// RFC 3501 section 6.4.5.

#include "commands/fetch/items/section.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/fetch/fetch_answer.h"
#include "commands/fetch/items/rows.h"
#include "protocol/mime/section.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;
using What = protocol::Section::What;

struct Word {
  What what;
  std::string_view word;
  mime::SectionText text;
};
constexpr Word words[] = {
    {What::all, "", mime::SectionText::all},
    {What::header, "HEADER", mime::SectionText::header},
    {What::header_fields, "HEADER.FIELDS", mime::SectionText::header},
    {What::header_fields_not, "HEADER.FIELDS.NOT", mime::SectionText::header},
    {What::text, "TEXT", mime::SectionText::text},
    {What::mime, "MIME", mime::SectionText::mime},
};
const Word& word_of(What what) { return *std::ranges::find(words, what, &Word::what); }

void write_fields_asked(protocol::Writer& writer, const std::vector<std::string>& fields) {
  std::string_view open = " (";
  for (const std::string& field : fields) {
    // "]" may stand in an astring, but ends the section for clients that search for its end.
    writer.raw(open);
    field.find(']') == field.npos ? writer.astring(field) : writer.string(field);
    open = " ";
  }
  writer.raw(")");
}

void write_section_asked(protocol::Writer& writer, const protocol::Section& section) {
  writer.raw("[");
  std::string_view dot;
  for (const std::uint32_t number : section.part) {
    writer.raw(dot).number(number);
    dot = ".";
  }
  if (section.what != What::all) writer.raw(dot).raw(word_of(section.what).word);
  if (!section.fields.empty()) write_fields_asked(writer, section.fields);
  writer.raw("]");
}

/// Some fields of a header, however large it is: only what is picked of it is bounded.
void write_fields(FetchAnswer& a, mime::Pick pick) {
  const protocol::Section& section = a.item.section;
  const std::vector<std::string_view> names(section.fields.begin(), section.fields.end());
  const mime::StoredStructure stored = a.message.structure();
  std::string fields;
  if (section.part.empty() && pick == mime::Pick::named && mime::common_fields_cover(stored, names)) {
    fields = mime::header_fields(stored.common_fields(), names, pick);
  } else {
    const auto header = mime::section(stored, section.part, mime::SectionText::header);
    if (!header) {
      a.out.nil();
      return;
    }
    fields = a.message.fields(*header, mime::FieldFilter(names, pick, a.plan.headers_used));
  }
  const mime::ByteRange wanted = cut({0, fields.size()}, a.item.partial);
  a.out.literal(std::string_view(fields).substr(wanted.offset, wanted.size));
}

void write(FetchAnswer& a) {
  const What what = a.item.section.what;
  if (what == What::header_fields) return write_fields(a, mime::Pick::named);
  if (what == What::header_fields_not) return write_fields(a, mime::Pick::others);
  const auto range = mime::section(a.message.structure(), a.item.section.part, word_of(what).text);
  if (!range) {
    a.out.nil();
    return;
  }
  const mime::ByteRange wanted = cut(*range, a.item.partial);
  a.out.literal_header(wanted.size);
  a.literal.emplace(wanted);
}

void read(grammar::FetchAtt att, FetchItem& item) {
  set_section(item, protocol::section_value(*att.section()), att);
}

constexpr FetchNeeds needs = FetchNeeds::structure;

}  // namespace

void set_section(FetchItem& item, protocol::Section section, grammar::FetchAtt att) {
  item.section = std::move(section);
  if (const auto partial = att.partial()) item.partial = protocol::partial_value(*partial);
  protocol::Writer writer(item.label);
  write_section_asked(writer, item.section);
  if (item.partial) writer.raw("<").number(item.partial->offset).raw(">");
}

mime::ByteRange cut(mime::ByteRange range, const std::optional<protocol::Partial>& partial) {
  if (!partial) return range;
  const std::uint64_t offset = std::min(partial->offset, range.size);
  return {range.offset + offset, std::min(partial->count, range.size - offset)};
}

const FetchRow body_section_row{.label = "BODY", .needs = needs, .sets_seen = true, .read = read, .write = write};

const FetchRow body_peek_row{.label = "BODY", .needs = needs, .read = read, .write = write};

const FetchRow rfc822_row{.label = "RFC822", .needs = needs, .sets_seen = true, .write = write};

const FetchRow rfc822_header_row{
    .label = "RFC822.HEADER",
    .needs = needs,
    .read = [](grammar::FetchAtt, FetchItem& item) { item.section.what = What::header; },
    .write = write};

const FetchRow rfc822_text_row{.label = "RFC822.TEXT",
                               .needs = needs,
                               .sets_seen = true,
                               .read = [](grammar::FetchAtt, FetchItem& item) { item.section.what = What::text; },
                               .write = write};

}  // namespace postbag
