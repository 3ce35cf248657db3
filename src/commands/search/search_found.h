// What SEARCH and ESEARCH found, made an answer and a saved result.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "commands/search/search_answer.h"
#include "commands/search/search_key.h"
#include "commands/search/search_run.h"
#include "protocol/response/writer.h"

namespace postbag {

/// Keeps the UIDs. Like search::Finds, its members are not to be looked at while the search runs.
class FoundUids final : public search::Finds {
 public:
  void take(const storage::Message& message, storage::ReadTransaction&, search::Relevancy relevancy) override {
    modseqs.last = message.modseq.value();
    if (uids.empty()) modseqs.first = modseqs.last;
    modseqs.highest = std::max(modseqs.highest, modseqs.last);
    uids.add(message.uid);
    if (keeps_scores) scores.push_back(static_cast<std::uint8_t>(relevancy));
  }

  UidSet uids;
  FoundModSeqs modseqs;
  bool keeps_scores = false;  ///< for RELEVANCY
  Scores scores;              ///< if so: of each
};

/// What PARTIAL asks for.
template <class N>
RangeSet<N> part_of(const RangeSet<N>& found, const PartialRange& part) {
  const auto [begin, end] = part.places(found.size());
  return found.at_places(begin, end);
}

/// What SAVE keeps.
inline UidSet to_save(const SearchReturn& wanted, const UidSet& found) {
  if (!saves_only_told(wanted) || found.empty()) return found;
  UidSet told = wanted.partial ? part_of(found, *wanted.partial) : UidSet();
  if (wanted.min) told.add(found.front());
  if (wanted.max) told.add(found.back());
  return told;
}

/// What is told of these: sequence numbers or UIDs.
template <class N>
SearchAnswer answer_of(const SearchReturn& wanted, const RangeSet<N>& found, const Scores& scores,
                       std::optional<std::uint64_t> modseq) {
  SearchAnswer answer{
      .count = found.size(), .all = {}, .partial = {}, .modseq = modseq, .scores = told_scores(wanted, scores)};
  if (found.empty()) return answer;
  answer.min = found.front().value();
  answer.max = found.back().value();
  if (wanted.all) protocol::Writer(answer.all).set(found);
  if (wanted.partial) protocol::Writer(answer.partial).set(part_of(found, *wanted.partial));
  return answer;
}

/// The mod-sequence that the answer tells; nothing when MODSEQ was not asked for or nothing was found.
inline std::optional<std::uint64_t> modseq_of(const search::Key& key, const FoundUids& found,
                                              const SearchReturn& wanted) {
  if (found.uids.empty() || !search::mentions_modseq(key)) return std::nullopt;
  return modseq_told(found.modseqs, wanted);
}

}  // namespace postbag
