#include "search/keys/flags.h"

#include <algorithm>
#include <utility>

#include "core/ascii.h"
#include "search/key.h"
#include "search/look.h"

namespace postbag::search {

namespace {

Key wanted_or_not(Key key, bool wanted) { return wanted ? std::move(key) : negated(std::move(key)); }

}  // namespace

Parsed HasFlag::parse(grammar::SearchKey key, Parser&) {
  const FlagRow& row = row_of(flag_rows, key.kind());
  return wanted_or_not(Key{HasFlag{row.flag}}, row.wanted);
}

Answer HasFlag::match(Look& look) const { return look.message().flags.system.has(flag); }

Parsed HasKeyword::parse(grammar::SearchKey key, Parser&) {
  const bool wanted = key.kind() == KeyName::keyword;
  return wanted_or_not(Key{HasKeyword{std::string(key.flag_keyword()->text())}}, wanted);
}

Answer HasKeyword::match(Look& look) const {
  const auto keywords = look.surroundings().keywords;
  const auto it = std::ranges::find_if(keywords, [&](const std::string& k) { return ascii_iequal(k, name); });
  if (it == keywords.end()) return false;
  return look.message().flags.keywords.has(static_cast<std::size_t>(it - keywords.begin()));
}

Parsed Recent::parse(grammar::SearchKey key, Parser&) {
  switch (key.kind()) {
    case KeyName::recent: return Key{Recent{}};
    case KeyName::old: return negated(Key{Recent{}});
    default: break;
  }
  return all_of({Key{Recent{}}, negated(Key{HasFlag{SystemFlag::seen}})});  // NEW
}

Answer Recent::match(Look& look) const { return look.surroundings().recent.contains(look.message().uid); }

}  // namespace postbag::search
