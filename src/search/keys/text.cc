#include "search/keys/text.h"

#include <utility>

#include "search/key.h"
#include "search/look.h"
#include "search/narrow.h"
#include "search/parser.h"

namespace postbag::search {

Parsed MessageContains::parse(grammar::SearchKey key, Parser& parser) {
  if (auto refusal = parser.count_body_key()) return std::unexpected(std::move(*refusal));
  auto sought = parser.sought(*key.astring());
  if (!sought) return std::unexpected(std::move(sought.error()));
  const auto where = key.kind() == KeyName::body ? mime::SearchIn::body : mime::SearchIn::text;
  return Key{MessageContains{where, std::move(*sought)}};
}

Answer MessageContains::match(Look& look) const {
  if (const auto found = look.found(this)) return look.count(sought, *found);
  const auto relevancy = look.scan(sought, where);
  if (!relevancy) return std::nullopt;
  return look.count(sought, look.remember(this, *relevancy));
}

/// What is looked for nearly need not be in the text, so the index knows nothing of it.
std::optional<Narrowing> MessageContains::narrow_bodies(IndexQuestions& index) const {
  const auto* needle = std::get_if<protocol::Needle>(&sought);
  return needle ? index.about(*needle) : std::nullopt;
}

}  // namespace postbag::search
