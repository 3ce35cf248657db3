#include "commands/fetch_item.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "core/ascii.h"
#include "protocol/response/writer.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;
using Kind = FetchItem::Kind;
using What = protocol::Section::What;

/// Items that are one word.
constexpr auto words = std::to_array<std::pair<std::string_view, Kind>>({
    {"UID", Kind::uid},
    {"FLAGS", Kind::flags},
    {"INTERNALDATE", Kind::internal_date},
    {"RFC822.SIZE", Kind::size},
    {"ENVELOPE", Kind::envelope},
    {"BODY", Kind::body},
    {"BODYSTRUCTURE", Kind::body_structure},
});

/// What the words of RFC 822 stand for. RFC 3501 section 6.4.5.
struct Rfc822 {
  std::string_view word;
  What what;
  bool sets_seen;
};
constexpr auto rfc822_words = std::to_array<Rfc822>({
    {"RFC822", What::all, true},
    {"RFC822.HEADER", What::header, false},
    {"RFC822.TEXT", What::text, true},
});

struct Macro {
  std::string_view name;
  std::span<const std::string_view> items;
};
constexpr auto full = std::to_array<std::string_view>({"FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"});
constexpr auto macros = std::to_array<Macro>({
    {"FAST", std::span(full).first(3)},
    {"ALL", std::span(full).first(4)},
    {"FULL", full},
});

std::string_view what_word(What what) {
  switch (what) {
    case What::all: return "";
    case What::header: return "HEADER";
    case What::header_fields: return "HEADER.FIELDS";
    case What::header_fields_not: return "HEADER.FIELDS.NOT";
    case What::text: return "TEXT";
    case What::mime: break;
  }
  return "MIME";
}

/// "[1.2.HEADER.FIELDS (From)]<0>": a section as responses name it. RFC 9051 section 7.5.2.
std::string section_label(std::string_view name, const protocol::Section& section,
                          const std::optional<protocol::Partial>& partial) {
  std::string out(name);
  protocol::Writer writer(out);
  writer.raw("[");
  std::string_view dot;
  for (const std::uint32_t number : section.part) {
    writer.raw(dot).number(number);
    dot = ".";
  }
  if (section.what != What::all) writer.raw(dot).raw(what_word(section.what));
  if (!section.fields.empty()) {
    std::string_view open = " (";
    for (const std::string& field : section.fields) {
      writer.raw(open).astring(field);
      open = " ";
    }
    writer.raw(")");
  }
  writer.raw("]");
  if (partial) writer.raw("<").number(partial->offset).raw(">");
  return out;
}

FetchItem word_item(std::string_view word) {
  for (const auto& [name, kind] : words)
    if (ascii_iequal(word, name)) return {.kind = kind, .label = std::string(name)};
  for (const Rfc822& form : rfc822_words)
    if (ascii_iequal(word, form.word))
      return {.kind = Kind::section,
              .label = std::string(form.word),
              .section = {.part = {}, .what = form.what, .fields = {}},
              .sets_seen = form.sets_seen};
  return {.kind = Kind::uid, .label = "UID"};  // the grammar lets nothing else through
}

std::optional<protocol::Partial> partial_of(grammar::FetchAtt att) {
  const auto partial = att.partial();
  if (!partial) return std::nullopt;
  return protocol::partial_value(*partial);
}

bool starts_with(std::string_view text, std::string_view word) {
  return ascii_iequal(text.substr(0, word.size()), word);
}

FetchItem section_item(grammar::FetchAtt att, grammar::Section section) {
  FetchItem item{.kind = Kind::section,
                 .label = {},
                 .section = protocol::section_value(section),
                 .partial = partial_of(att),
                 .sets_seen = !starts_with(att.text(), "BODY.PEEK")};
  item.label = section_label("BODY", item.section, item.partial);
  return item;
}

FetchItem binary_item(grammar::FetchAtt att, grammar::SectionBinary section) {
  const bool size = starts_with(att.text(), "BINARY.SIZE");
  FetchItem item{.kind = size ? Kind::binary_size : Kind::binary,
                 .label = {},
                 .section = protocol::section_value(section),
                 .partial = partial_of(att),
                 .sets_seen = !size && !starts_with(att.text(), "BINARY.PEEK")};
  item.label = section_label(size ? "BINARY.SIZE" : "BINARY", item.section, item.partial);
  return item;
}

FetchItem item_of(grammar::FetchAtt att) {
  if (const auto section = att.section()) return section_item(att, *section);
  if (const auto section = att.section_binary()) return binary_item(att, *section);
  return word_item(att.text());
}

/// What was asked for twice is answered once.
void add(FetchItems& items, FetchItem item) {
  for (FetchItem& known : items) {
    if (known.label != item.label || known.partial != item.partial) continue;
    known.sets_seen = known.sets_seen || item.sets_seen;
    return;
  }
  items.push_back(std::move(item));
}

}  // namespace

FetchItems fetch_items(grammar::Fetch command, bool by_uid) {
  FetchItems items;
  if (by_uid) add(items, word_item("UID"));
  if (const auto macro = command.fetch_macro())
    for (const Macro& known : macros)
      if (ascii_iequal(macro->text(), known.name))
        for (const std::string_view word : known.items) add(items, word_item(word));
  for (const auto att : command.fetch_att()) add(items, item_of(att));
  return items;
}

bool has_kind(const FetchItems& items, FetchItem::Kind kind) {
  return std::ranges::find(items, kind, &FetchItem::kind) != items.end();
}

}  // namespace postbag
