#include "search/key.h"

#include <algorithm>
#include <utility>

#include "search/narrow.h"

namespace postbag::search {

Key negated(Key key) {
  Not no;
  no.parts.push_back(std::move(key));
  return Key{std::move(no)};
}

Key all_of(Keys keys) {
  if (keys.size() == 1) return std::move(keys.front());
  std::ranges::stable_sort(keys, {}, cost);
  return Key{And{std::move(keys)}};
}

Cost cost(const Key& key) {
  Cost most = Cost::entry;
  walk(key, [&most](const auto& test) {
    if constexpr (requires { test.cost(); }) most = std::max(most, test.cost());
  });
  return most;
}

Answer match(const Key& key, Look& look) {
  return std::visit([&look](const auto& test) { return test.match(look); }, key.test);
}

UidSet narrow_uids(const Key& key, UidSet candidates) {
  const auto visit = [&candidates](const auto& test) -> UidSet {
    if constexpr (requires { test.narrow_uids(candidates); })
      return test.narrow_uids(std::move(candidates));
    else
      return std::move(candidates);
  };
  return std::visit(visit, key.test);
}

std::optional<Narrowing> narrow_bodies(const Key& key, IndexQuestions& index) {
  const auto visit = [&index](const auto& test) -> std::optional<Narrowing> {
    if constexpr (requires { test.narrow_bodies(index); })
      return test.narrow_bodies(index);
    else
      return std::nullopt;
  };
  return std::visit(visit, key.test);
}

}  // namespace postbag::search
