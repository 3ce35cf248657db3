// Keys that ask for a flag or keyword. RFC 9051 section 6.4.4, RFC 3501 section 6.4.4.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/flags.h"
#include "search/keys/kind.h"

namespace postbag::search {

/// `wanted` false for the UN… forms.
struct FlagRow {
  KeyName name;
  SystemFlag flag;
  bool wanted;
};
inline constexpr auto flag_rows = std::to_array<FlagRow>({
    {KeyName::answered, SystemFlag::answered, true},
    {KeyName::unanswered, SystemFlag::answered, false},
    {KeyName::deleted, SystemFlag::deleted, true},
    {KeyName::undeleted, SystemFlag::deleted, false},
    {KeyName::draft, SystemFlag::draft, true},
    {KeyName::undraft, SystemFlag::draft, false},
    {KeyName::flagged, SystemFlag::flagged, true},
    {KeyName::unflagged, SystemFlag::flagged, false},
    {KeyName::seen, SystemFlag::seen, true},
    {KeyName::unseen, SystemFlag::seen, false},
});

/// ANSWERED, UNANSWERED and so on.
struct HasFlag {
  SystemFlag flag;

  static constexpr auto names = names_of(flag_rows);
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

/// KEYWORD, UNKEYWORD.
struct HasKeyword {
  std::string name;

  static constexpr auto names = std::to_array({KeyName::keyword, KeyName::unkeyword});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

/// RECENT, OLD, NEW: recent for the session that searches. RFC 3501 section 2.3.2.
struct Recent {
  static constexpr auto names = std::to_array({KeyName::recent, KeyName::old, KeyName::new_});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

}  // namespace postbag::search
