#include "search/keys/combined.h"

#include <algorithm>
#include <utility>

#include "search/key.h"
#include "search/look.h"
#include "search/narrow.h"
#include "search/parser.h"

namespace postbag::search {

namespace {

/// `Test` made of the one key within `key`.
template <class Test>
Parsed made_of(Parsed part) {
  if (!part) return part;
  Test test;
  test.parts.push_back(std::move(*part));
  return Key{std::move(test)};
}

/// Whether one of the keys gives `wanted`; those after that one do not matter.
Answer first(const Keys& keys, bool wanted, Look& look) {
  for (const Key& key : keys) {
    const Answer answer = match(key, look);
    if (answer != Answer(!wanted)) return answer;
  }
  return !wanted;
}

}  // namespace

/// SAVEDATESUPPORTED: RFC 8514 section 4.3; all our mailboxes keep that date.
Parsed All::parse(grammar::SearchKey, Parser&) { return Key{All{}}; }

Parsed Fuzzy::parse(grammar::SearchKey key, Parser& parser) {
  return made_of<Fuzzy>(parser.fuzzy_key(*key.search_key().begin()));
}

Answer Fuzzy::match(Look& look) const { return search::match(parts.front(), look); }

Parsed Not::parse(grammar::SearchKey key, Parser& parser) {
  return made_of<Not>(parser.key(*key.search_key().begin()));
}

/// What matched within it says nothing for the message.
Answer Not::match(Look& look) const {
  const Look::Score score = look.score();
  const Answer found = search::match(parts.front(), look);
  look.set_score(score);
  return found ? Answer(!*found) : std::nullopt;
}

Parsed Or::parse(grammar::SearchKey key, Parser& parser) {
  auto parts = parser.keys(key.search_key());
  if (!parts) return std::unexpected(std::move(parts.error()));
  return Key{Or{std::move(*parts)}};
}

Answer Or::match(Look& look) const { return first(parts, true, look); }

/// Known only if all its parts are.
std::optional<Narrowing> Or::narrow_bodies(IndexQuestions& index) const {
  std::optional<Narrowing> out;
  bool all_known = true;
  for (const Key& key : parts) {
    auto one = search::narrow_bodies(key, index);
    all_known = all_known && one;
    if (all_known && out)
      out->unite(*one);
    else
      out = std::move(one);
  }
  return all_known ? std::move(out) : std::nullopt;
}

Parsed And::parse(grammar::SearchKey key, Parser& parser) { return parser.all(key.search_key()); }

Answer And::match(Look& look) const { return first(parts, false, look); }

UidSet And::narrow_uids(UidSet candidates) const {
  for (const Key& key : parts) candidates = search::narrow_uids(key, std::move(candidates));
  return candidates;
}

/// What is not known of a part does not matter: the others still rule out.
std::optional<Narrowing> And::narrow_bodies(IndexQuestions& index) const {
  std::optional<Narrowing> out;
  for (const Key& key : parts) {
    auto one = search::narrow_bodies(key, index);
    if (one && out)
      out->intersect(*one);
    else if (one)
      out = std::move(one);
  }
  return out;
}

}  // namespace postbag::search
