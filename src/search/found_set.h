// What SEARCH finds: a set of UIDs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "search/finds.h"

namespace postbag::search {

class FoundSet final : public Finds {
 public:
  /// `with_scores`: for RELEVANCY.
  explicit FoundSet(bool with_scores = false) : with_scores_(with_scores) {}

  void take(const storage::Message& message, storage::ReadTransaction&, Relevancy relevancy) override {
    modseqs_.last = message.modseq.value();
    if (uids_.empty()) modseqs_.first = modseqs_.last;
    modseqs_.highest = std::max(modseqs_.highest, modseqs_.last);
    uids_.add(message.uid);
    if (with_scores_) scores_.push_back(static_cast<std::uint8_t>(relevancy));
  }

  UidSet uids() && { return std::move(uids_); }
  Results results() && { return {.uids = std::move(uids_), .modseqs = modseqs_, .scores = std::move(scores_)}; }

 private:
  bool with_scores_;
  UidSet uids_;
  FoundModSeqs modseqs_;
  Scores scores_;
};

}  // namespace postbag::search
