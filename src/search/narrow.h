// Asks the search index which messages need not be read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/numbers.h"
#include "core/range_set.h"
#include "core/slice.h"
#include "protocol/text/casefold.h"
#include "search/key.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// What the index rules out for a key.
struct Narrowing {
  BodyId upto;           ///< nothing is known of bodies above this one
  RangeSet<BodyId> may;  ///< of the others, those that the key may match

  bool rules_out(BodyId body) const { return body <= upto && !may.contains(body); }
  void intersect(const Narrowing& other) {
    upto = std::min(upto, other.upto);
    may = may.intersect(other.may);
  }
  void unite(const Narrowing& other) {
    upto = std::min(upto, other.upto);
    may.add(other.may);
  }
};

/// The texts that the index is asked about.
class IndexQuestions {
 public:
  /// What the index knows of a text, for the keys. Until everything is answered: nothing, and the question is noted
  /// when it is new. `needle` must outlive this.
  std::optional<Narrowing> about(const protocol::Needle& needle);

  bool are_answered() const { return answered_ == questions_.size(); }
  /// Goes on asking, until `end` at most or a little longer.
  void ask(storage::ReadTransaction& tx, SliceEnd end);

 private:
  struct Question {
    const protocol::Needle* needle;
    std::vector<std::string> trigrams;
    std::optional<Narrowing> known = {};  ///< so far
    std::optional<BodyId> next = {};
  };
  /// True when the question is answered.
  static bool ask(storage::ReadTransaction& tx, Question& question, SliceEnd end);

  std::vector<Question> questions_;
  std::size_t answered_ = 0;
};

/// Narrows one key. step() runs on the account's worker, the rest on the loop, never at the same time.
class Narrow {
 public:
  /// `key` must outlive this.
  explicit Narrow(const Key& key) : key_(key) { narrow_bodies(key_, index_); }

  /// Whether the index still has something to say.
  bool has_more() const { return !index_.are_answered(); }
  /// Asks it, until `end` at most or a little longer.
  void step(storage::ReadTransaction& tx, SliceEnd end) { index_.ask(tx, end); }
  /// Then: what it rules out. Nothing when all messages have to be looked at: the index could know none of the
  /// texts, or no index is kept.
  std::optional<Narrowing> result() { return narrow_bodies(key_, index_); }

 private:
  const Key& key_;
  IndexQuestions index_;
};

}  // namespace postbag::search
