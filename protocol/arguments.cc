#include "protocol/arguments.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii.h"

namespace postbag::protocol {

namespace {

constexpr std::array<std::pair<std::string_view, SystemFlag>, 5> system_flags{{{"\\answered", SystemFlag::answered},
                                                                               {"\\flagged", SystemFlag::flagged},
                                                                               {"\\deleted", SystemFlag::deleted},
                                                                               {"\\seen", SystemFlag::seen},
                                                                               {"\\draft", SystemFlag::draft}}};

std::optional<FlagError> add_system_flag(std::string_view text, NamedFlags& out) {
  for (const auto& [name, flag] : system_flags) {
    if (!ascii_iequal(name, text)) continue;
    out.system.add(flag);
    return std::nullopt;
  }
  if (ascii_iequal(text, "\\Recent")) return FlagError::recent;
  return std::nullopt;
}

/// Removes repeated keywords; the first occurrence keeps its place. O(n log n).
void drop_repeated(std::vector<std::string>& keywords) {
  std::vector<std::pair<std::string, std::size_t>> order;
  for (std::size_t i = 0; i < keywords.size(); ++i) order.emplace_back(to_ascii_lower(keywords[i]), i);
  std::ranges::sort(order);
  std::vector<bool> again(keywords.size(), false);
  for (std::size_t k = 1; k < order.size(); ++k) again[order[k].second] = order[k].first == order[k - 1].first;
  std::size_t i = 0;
  std::erase_if(keywords, [&](const std::string&) { return again[i++]; });
}

std::expected<NamedFlags, FlagError> flags_from(Children<grammar::Flag> flags) {
  NamedFlags out;
  for (const grammar::Flag flag : flags) {
    if (!flag.text().starts_with('\\'))
      out.keywords.emplace_back(flag.text());
    else if (const auto error = add_system_flag(flag.text(), out))
      return std::unexpected(*error);
  }
  drop_repeated(out.keywords);
  return out;
}

std::vector<std::uint32_t> part_value(std::string_view text) {
  std::vector<std::uint32_t> part;
  while (!text.empty()) {
    const std::size_t dot = text.find('.');
    part.push_back(static_cast<std::uint32_t>(number_value(text.substr(0, dot), 0xffff'ffffU).value_or(0)));
    text.remove_prefix(dot == text.npos ? text.size() : dot + 1);
  }
  return part;
}

Section::What what_of(grammar::SectionMsgtext text) {
  using Kind = grammar::SectionMsgtext::Kind;
  switch (text.kind()) {
    case Kind::header: return Section::What::header;
    case Kind::header_fields: return Section::What::header_fields;
    case Kind::header_fields_not: return Section::What::header_fields_not;
    case Kind::text_: return Section::What::text;
  }
  return Section::What::all;
}

}  // namespace

std::string_view to_string(FlagError) { return "\\Recent cannot be set"; }

std::expected<NamedFlags, FlagError> flags_value(grammar::FlagList list) { return flags_from(list.flag()); }

std::expected<NamedFlags, FlagError> flags_value(grammar::StoreAttFlags flags) {
  const auto list = flags.flag_list();
  return list ? flags_value(*list) : flags_from(flags.flag());
}

StoreMode store_mode(grammar::StoreAttFlags flags) {
  if (flags.text().starts_with('+')) return StoreMode::add;
  return flags.text().starts_with('-') ? StoreMode::remove : StoreMode::replace;
}

bool is_silent(grammar::StoreAttFlags flags) {
  const std::string_view item = flags.text().substr(0, flags.text().find(' '));
  return item.find('.') != item.npos;
}

Section section_value(grammar::Section section) {
  Section out;
  if (const auto part = section.section_part()) out.part = part_value(part->text());
  if (section.section_mime()) out.what = Section::What::mime;
  const auto text = section.section_msgtext();
  if (!text) return out;
  out.what = what_of(*text);
  if (const auto list = text->header_list())
    for (const auto name : list->header_fld_name()) out.fields.push_back(string_value(name.text()));
  return out;
}

Section section_value(grammar::SectionBinary section) {
  Section out;
  if (const auto part = section.section_part()) out.part = part_value(part->text());
  return out;
}

Partial partial_value(grammar::Partial partial) {
  constexpr std::uint64_t max = 0x7fff'ffff'ffff'ffffULL;
  return {number_value(partial.number64().text(), max).value_or(0),
          number_value(partial.nz_number64().text(), max).value_or(0)};
}

}  // namespace postbag::protocol
