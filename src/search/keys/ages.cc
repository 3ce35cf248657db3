#include "search/keys/ages.h"

#include <utility>

#include "protocol/parse/values.h"
#include "search/key.h"
#include "search/look.h"

namespace postbag::search {

Parsed Arrived::parse(grammar::SearchKey key, Parser&) {
  const auto seconds = protocol::number_value(key.nz_number()->text(), ~std::uint32_t{0});
  if (!seconds) return bad("Number too large");
  const When when = key.kind() == KeyName::older ? When::before : When::since;
  return Key{Arrived{when, static_cast<std::int64_t>(*seconds)}};
}

Answer Arrived::match(Look& look) const {
  const std::int64_t arrived = look.message().internal_date.seconds;
  const std::int64_t instant = look.surroundings().now - age;
  return when == When::before ? arrived <= instant : arrived >= instant;
}

std::optional<Key> came_of_age(const Key& key, std::int64_t seconds) {
  Or any;
  each<Arrived>(key, [&](const Arrived& test) {
    any.parts.push_back(all_of(
        {Key{Arrived{Arrived::When::before, test.age}}, Key{Arrived{Arrived::When::since, test.age + seconds}}}));
  });
  if (any.parts.empty()) return std::nullopt;
  return Key{std::move(any)};
}

}  // namespace postbag::search
