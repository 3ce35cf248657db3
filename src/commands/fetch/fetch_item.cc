#include "commands/fetch/fetch_item.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "protocol/response/writer.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;
using Kind = FetchItem::Kind;
using What = protocol::Section::What;

using Att = grammar::FetchAtt::Kind;

/// Items that are one word. What the words of RFC 822 stand for: RFC 3501 section 6.4.5.
struct Word {
  Att att;
  Kind kind;
  std::string_view label;
  What what = What::all;
  bool sets_seen = false;
};
constexpr auto words = std::to_array<Word>({
    {.att = Att::uid, .kind = Kind::uid, .label = "UID"},
    {.att = Att::flags, .kind = Kind::flags, .label = "FLAGS"},
    {.att = Att::modseq, .kind = Kind::modseq, .label = "MODSEQ"},
    {.att = Att::internaldate, .kind = Kind::internal_date, .label = "INTERNALDATE"},
    {.att = Att::savedate, .kind = Kind::save_date, .label = "SAVEDATE"},
    {.att = Att::emailid, .kind = Kind::email_id, .label = "EMAILID"},
    {.att = Att::threadid, .kind = Kind::thread_id, .label = "THREADID"},
    {.att = Att::rfc822_size, .kind = Kind::size, .label = "RFC822.SIZE"},
    {.att = Att::envelope, .kind = Kind::envelope, .label = "ENVELOPE"},
    {.att = Att::body, .kind = Kind::body, .label = "BODY"},
    {.att = Att::bodystructure, .kind = Kind::body_structure, .label = "BODYSTRUCTURE"},
    {.att = Att::preview, .kind = Kind::preview, .label = "PREVIEW"},
    {.att = Att::rfc822, .kind = Kind::section, .label = "RFC822", .sets_seen = true},
    {.att = Att::rfc822_header, .kind = Kind::section, .label = "RFC822.HEADER", .what = What::header},
    {.att = Att::rfc822_text, .kind = Kind::section, .label = "RFC822.TEXT", .what = What::text, .sets_seen = true},
});

/// ALL is the first four, FAST the first three. RFC 9051 section 6.4.5.
constexpr auto full =
    std::to_array<Att>({Att::flags, Att::internaldate, Att::rfc822_size, Att::envelope, Att::body});

std::span<const Att> macro_items(grammar::FetchMacro macro) {
  switch (macro.kind()) {
    case grammar::FetchMacro::Kind::fast: return std::span(full).first(3);
    case grammar::FetchMacro::Kind::all: return std::span(full).first(4);
    case grammar::FetchMacro::Kind::full: break;
  }
  return full;
}

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
      // "]" may stand in an astring, but ends the section for clients that search for its end.
      writer.raw(open);
      field.find(']') == field.npos ? writer.astring(field) : writer.string(field);
      open = " ";
    }
    writer.raw(")");
  }
  writer.raw("]");
  if (partial) writer.raw("<").number(partial->offset).raw(">");
  return out;
}

FetchItem word_item(Att att) {
  const Word& word = *std::ranges::find(words, att, &Word::att);
  return {.kind = word.kind,
          .label = std::string(word.label),
          .section = {.part = {}, .what = word.what, .fields = {}},
          .sets_seen = word.sets_seen};
}

std::optional<protocol::Partial> partial_of(grammar::FetchAtt att) {
  const auto partial = att.partial();
  if (!partial) return std::nullopt;
  return protocol::partial_value(*partial);
}

FetchItem section_item(grammar::FetchAtt att, grammar::Section section) {
  FetchItem item{.kind = Kind::section,
                 .label = {},
                 .section = protocol::section_value(section),
                 .partial = partial_of(att),
                 .sets_seen = att.kind() == Att::body_section};
  item.label = section_label("BODY", item.section, item.partial);
  return item;
}

FetchItem binary_item(grammar::FetchAtt att, grammar::SectionBinary section) {
  const bool size = att.kind() == Att::binary_size;
  FetchItem item{.kind = size ? Kind::binary_size : Kind::binary,
                 .label = {},
                 .section = protocol::section_value(section),
                 .partial = partial_of(att),
                 .sets_seen = att.kind() == Att::binary};
  item.label = section_label(size ? "BINARY.SIZE" : "BINARY", item.section, item.partial);
  return item;
}

FetchItem item_of(grammar::FetchAtt att) {
  if (const auto section = att.section()) return section_item(att, *section);
  if (const auto section = att.section_binary()) return binary_item(att, *section);
  FetchItem item = word_item(att.kind());
  item.lazy = att.preview_mod().size() > 0;  // LAZY is the only one. RFC 8970 section 4
  return item;
}

/// What was asked for twice is answered once.
void add(FetchItems& items, FetchItem item) {
  for (FetchItem& known : items) {
    if (known.label != item.label || known.partial != item.partial) continue;
    known.sets_seen = known.sets_seen || item.sets_seen;
    known.lazy = known.lazy && item.lazy;
    return;
  }
  items.push_back(std::move(item));
}

}  // namespace

FetchItems fetch_items(grammar::Fetch command, bool by_uid) {
  FetchItems items;
  if (by_uid) add(items, word_item(Att::uid));
  if (const auto macro = command.fetch_macro())
    for (const Att att : macro_items(*macro)) add(items, word_item(att));
  for (const auto att : command.fetch_att()) add(items, item_of(att));
  return items;
}

void add_item(FetchItems& items, grammar::FetchAtt att) { add(items, item_of(att)); }

void add_uid(FetchItems& items) {
  if (!has_kind(items, Kind::uid)) items.insert(items.begin(), word_item(Att::uid));
}

void add_modseq(FetchItems& items) { add(items, word_item(Att::modseq)); }

FetchItems resync_items(bool uid_only) {
  FetchItems items;
  if (!uid_only) add(items, word_item(Att::uid));
  add(items, word_item(Att::flags));
  add_modseq(items);
  return items;
}

bool has_kind(const FetchItems& items, FetchItem::Kind kind) {
  return std::ranges::find(items, kind, &FetchItem::kind) != items.end();
}

}  // namespace postbag
