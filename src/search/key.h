// A search program as a value: what SEARCH asks, with nothing of the wire left in it. RFC 9051 section 6.4.4.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <variant>

#include "core/range_set.h"
#include "search/keys/ages.h"
#include "search/keys/combined.h"
#include "search/keys/dates.h"
#include "search/keys/fields.h"
#include "search/keys/flags.h"
#include "search/keys/ids.h"
#include "search/keys/kind.h"
#include "search/keys/mod_sequences.h"
#include "search/keys/sets.h"
#include "search/keys/sizes.h"
#include "search/keys/text.h"

namespace postbag::search {

/// All kinds of key that exist.
using Test = std::variant<All, HasFlag, HasKeyword, Recent, InSet, DayIs, Arrived, SizeIs, HasBody, InThread,
                          ModSeqAtLeast, FieldContains, MessageContains, Fuzzy, Not, Or, And>;

struct Key {
  Test test;
};

Key negated(Key key);
/// All of `keys`, the cheap ones first, so that a body is read only when nothing else decides.
Key all_of(Keys keys);

/// The walk over a program: calls f(test) for the key's test, then for those of the keys that it is made of.
template <class AnyKey, class F>
void walk(AnyKey& key, const F& f) {
  const auto visit = [&f](auto& test) {
    f(test);
    if constexpr (requires { test.parts; })
      for (auto& part : test.parts) walk(part, f);
  };
  std::visit(visit, key.test);
}

/// The same for the tests of one kind.
template <class Kind, class AnyKey, class F>
void each(AnyKey& key, const F& f) {
  walk(key, [&f](auto& test) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(test)>, Kind>) f(test);
  });
}

/// Whether a test of this kind stands anywhere in the key.
template <class Kind>
bool mentions(const Key& key) {
  bool found = false;
  each<Kind>(key, [&found](const Kind&) { found = true; });
  return found;
}

// What keys/kind.h says of the members of these names.
Cost cost(const Key& key);
Answer match(const Key& key, Look& look);
UidSet narrow_uids(const Key& key, UidSet candidates);
std::optional<Narrowing> narrow_bodies(const Key& key, IndexQuestions& index);

}  // namespace postbag::search
