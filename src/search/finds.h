// What takes the messages that a search finds.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "core/numbers.h"
#include "core/range_set.h"
#include "search/sought.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// take() and arrange() run on the account's worker, the rest on the loop, never at the same time.
class Finds {
 public:
  /// One message that matches, and how well; rising by UID. Within the transaction that found it.
  virtual void take(const storage::Message& message, storage::ReadTransaction& tx, Relevancy relevancy) = 0;
  /// Whether nothing is left to do once all was taken.
  virtual bool is_arranged() const { return true; }
  /// Does a part of that, some milliseconds' worth.
  virtual void arrange() {}
  /// More was found than one command may hold; what came later was left out.
  virtual bool is_too_much() const { return false; }

 protected:
  ~Finds() = default;
};

/// Relevancies, 1 to 100. RFC 6203 section 4.
using Scores = std::vector<std::uint8_t>;

/// Mod-sequences of what was found.
struct FoundModSeqs {
  std::uint64_t first = 0;    ///< of the first message found
  std::uint64_t last = 0;     ///< of the last
  std::uint64_t highest = 0;  ///< of all
};

/// What was found in the order of the answer.
struct Results {
  std::variant<UidSet, std::vector<Uid>> uids;  ///< rising, or as SORT put them
  FoundModSeqs modseqs;
  Scores scores;  ///< for RELEVANCY: of each, in that order
};

}  // namespace postbag::search
