// Sequence sets, UID sets and "$". RFC 9051 section 6.4.4.
#pragma once

#include <array>
#include <optional>

#include "core/numbers.h"
#include "core/range_set.h"
#include "protocol/parse/sequence_set.h"
#include "search/keys/kind.h"

namespace postbag::search {

/// What a set meant when the command came.
struct InSet {
  UidSet uids;
  /// What is resolved again while results are kept up to date, since "*" is in it. RFC 5267 section 4.3.
  std::optional<protocol::SequenceSet> written = {};

  static constexpr auto names = std::to_array({KeyName::uid, KeyName::sequence_set});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
  UidSet narrow_uids(const UidSet& candidates) const { return candidates.intersect(uids); }
};

/// Resolves the sets with "*" in them; `last` is the highest UID there is. Yields the UIDs that came into one of
/// the sets or left it.
UidSet renew_sets(Key& key, std::optional<Uid> last);

}  // namespace postbag::search
