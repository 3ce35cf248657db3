#include "commands/fetch/fetch_item.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "commands/fetch/items/rows.h"

namespace postbag {

namespace {

namespace grammar = protocol::grammar;

struct Listed {
  FetchKind kind;
  const FetchRow* row;
};

/// Every data item.
constexpr auto listed = std::to_array<Listed>({
    {FetchKind::binary, &binary_row},
    {FetchKind::binary_peek, &binary_peek_row},
    {FetchKind::binary_size, &binary_size_row},
    {FetchKind::body, &body_row},
    {FetchKind::body_peek, &body_peek_row},
    {FetchKind::body_section, &body_section_row},
    {FetchKind::bodystructure, &bodystructure_row},
    {FetchKind::emailid, &email_id_row},
    {FetchKind::envelope, &envelope_row},
    {FetchKind::flags, &flags_row},
    {FetchKind::internaldate, &internal_date_row},
    {FetchKind::modseq, &modseq_row},
    {FetchKind::preview, &preview_row},
    {FetchKind::rfc822, &rfc822_row},
    {FetchKind::rfc822_header, &rfc822_header_row},
    {FetchKind::rfc822_size, &size_row},
    {FetchKind::rfc822_text, &rfc822_text_row},
    {FetchKind::savedate, &save_date_row},
    {FetchKind::threadid, &thread_id_row},
    {FetchKind::uid, &uid_row},
});

constexpr bool is_listed(FetchKind kind) { return std::ranges::find(listed, kind, &Listed::kind) != listed.end(); }
static_assert(std::ranges::all_of(grammar::FetchAtt::kinds, is_listed),
              "a data item of the grammar has no row here");

/// ALL is the first four, FAST the first three. RFC 9051 section 6.4.5.
constexpr auto full = std::to_array<FetchKind>(
    {FetchKind::flags, FetchKind::internaldate, FetchKind::rfc822_size, FetchKind::envelope, FetchKind::body});

std::span<const FetchKind> macro_items(grammar::FetchMacro macro) {
  switch (macro.kind()) {
    case grammar::FetchMacro::Kind::fast: return std::span(full).first(3);
    case grammar::FetchMacro::Kind::all: return std::span(full).first(4);
    case grammar::FetchMacro::Kind::full: break;
  }
  return full;
}

FetchItem item_of(grammar::FetchAtt att) {
  FetchItem item = fetch_item(att.kind());
  if (item.row->read) item.row->read(att, item);
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

FetchItem fetch_item(FetchKind kind) {
  const FetchRow* const row = std::ranges::find(listed, kind, &Listed::kind)->row;
  return {.kind = kind, .row = row, .label = std::string(row->label), .sets_seen = row->sets_seen};
}

FetchItems fetch_items(grammar::Fetch command, bool by_uid) {
  FetchItems items;
  if (by_uid) add(items, fetch_item(FetchKind::uid));
  if (const auto macro = command.fetch_macro())
    for (const FetchKind kind : macro_items(*macro)) add(items, fetch_item(kind));
  for (const auto att : command.fetch_att()) add(items, item_of(att));
  return items;
}

void add_item(FetchItems& items, grammar::FetchAtt att) { add(items, item_of(att)); }

void add_uid(FetchItems& items) {
  if (!has_kind(items, FetchKind::uid)) items.insert(items.begin(), fetch_item(FetchKind::uid));
}

void add_modseq(FetchItems& items) { add(items, fetch_item(FetchKind::modseq)); }

FetchItems resync_items(bool uid_only) {
  FetchItems items;
  if (!uid_only) add(items, fetch_item(FetchKind::uid));
  add(items, fetch_item(FetchKind::flags));
  add_modseq(items);
  return items;
}

bool has_kind(const FetchItems& items, FetchKind kind) {
  return std::ranges::find(items, kind, &FetchItem::kind) != items.end();
}

}  // namespace postbag
