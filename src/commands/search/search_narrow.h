// Asks the search index which messages need not be read.
#pragma once

#include <optional>

#include "commands/search/search_key.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "session/account/account.h"

namespace postbag::search {

/// What the index rules out for a key.
struct Narrowing {
  BodyId upto;           ///< nothing is known of bodies above this one
  RangeSet<BodyId> may;  ///< of the others, those that the key may match
  bool rules_out(BodyId body) const { return body <= upto && !may.contains(body); }
};

/// Nothing when all messages have to be looked at: no text is searched for that the index could know, or no index
/// is kept. `key` must outlive the call.
async::Task<std::optional<Narrowing>> narrow(Account& account, const Key& key);

}  // namespace postbag::search
