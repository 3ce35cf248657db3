#include "search/match.h"

namespace postbag::search {

std::optional<Relevancy> MessageMatch::step(storage::ReadTransaction& tx, const Surroundings& around,
                                            SliceEnd end) {
  Look look(memory_, tx, around, end);
  const Answer found = match(*key_, look);
  if (!found) return std::nullopt;
  return *found ? look.relevancy() : 0;
}

}  // namespace postbag::search
