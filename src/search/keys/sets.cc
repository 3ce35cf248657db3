#include "search/keys/sets.h"

#include <utility>

#include "search/key.h"
#include "search/look.h"
#include "search/parser.h"

namespace postbag::search {

Parsed InSet::parse(grammar::SearchKey key, Parser& parser) {
  const std::string_view written = key.sequence_set()->text();
  auto set = key.kind() == KeyName::uid ? parser.sets().of_uids(written) : parser.sets().of_numbers(written);
  if (!set) return std::unexpected(std::move(set.error()));
  return Key{std::move(*set)};
}

Answer InSet::match(Look& look) const { return uids.contains(look.message().uid); }

UidSet renew_sets(Key& key, std::optional<Uid> last) {
  UidSet changed;
  each<InSet>(key, [&](InSet& test) {
    if (!test.written) return;
    UidSet now = test.written->resolve<Uid>(last);
    changed.add(now.minus(test.uids));
    changed.add(test.uids.minus(now));
    test.uids = std::move(now);
  });
  return changed;
}

}  // namespace postbag::search
