// ALL, and keys that are made of others: lists in parentheses, OR, NOT, FUZZY. RFC 9051 section 6.4.4.
#pragma once

#include <array>
#include <optional>

#include "search/keys/kind.h"

namespace postbag::search {

struct All {
  static constexpr auto names = std::to_array({KeyName::all, KeyName::savedatesupported});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look&) const { return true; }
};

/// A key whose strings are looked for nearly; everything else in it as it is, which RFC 6203 section 5 leaves to
/// us.
struct Fuzzy {
  Keys parts;  ///< exactly one

  static constexpr auto names = std::to_array({KeyName::fuzzy});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

struct Not {
  Keys parts;  ///< exactly one

  static constexpr auto names = std::to_array({KeyName::not_});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

struct Or {
  Keys parts;

  static constexpr auto names = std::to_array({KeyName::or_});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
  std::optional<Narrowing> narrow_bodies(IndexQuestions& index) const;
};

struct And {
  Keys parts;

  static constexpr auto names = std::to_array({KeyName::search_key});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
  UidSet narrow_uids(UidSet candidates) const;
  std::optional<Narrowing> narrow_bodies(IndexQuestions& index) const;
};

}  // namespace postbag::search
