#include "commands/search/search_answer.h"

#include <algorithm>

#include "session/client.h"

namespace postbag {

void begin_extended(protocol::Writer& out, std::string_view tag, ByUid by_uid, const SearchedMailbox* where) {
  out.raw("* ESEARCH (TAG ").string(tag);
  if (where != nullptr)
    out.raw(" MAILBOX ").mailbox(where->name).raw(" UIDVALIDITY ").number(where->uid_validity.value());
  out.raw(")");
  if (by_uid == ByUid::yes) out.raw(" UID");
}

void respond_extended(Client& client, std::string_view tag, const SearchReturn& wanted, ByUid by_uid,
                      const SearchAnswer& answer, const SearchedMailbox* where) {
  protocol::Writer out = client.respond();
  const bool found = answer.count > 0;
  begin_extended(out, tag, by_uid, where);
  if (wanted.min && found) out.raw(" MIN ").number(answer.min);
  if (wanted.max && found) out.raw(" MAX ").number(answer.max);
  if (wanted.count) out.raw(" COUNT ").number(answer.count);
  if (wanted.all && found) out.raw(" ALL ").raw(answer.all);
  if (wanted.partial) {  // RFC 9394 section 3.1
    out.raw(" PARTIAL (").raw(wanted.partial->written).sp();
    out.raw(answer.partial.empty() ? "NIL" : answer.partial).raw(")");
  }
  if (wanted.relevancy) {  // RFC 6203 section 4
    out.raw(" RELEVANCY (");
    std::string_view space;
    for (const std::uint8_t score : answer.scores) {
      out.raw(space).number(score);
      space = " ";
    }
    out.raw(")");
  }
  if (answer.modseq) {
    out.raw(" MODSEQ ").number(*answer.modseq);
    client.command().note_modseqs_told();
  }
  out.crlf();
}

std::vector<SeqRange> ordered_ranges(std::span<const std::uint32_t> numbers) {
  std::vector<SeqRange> ranges;
  for (const std::uint32_t n : numbers) {
    const SeqNum number(n);
    if (!ranges.empty() && ranges.back().last.value() + std::uint64_t{1} == n) {
      ranges.back().last = number;
    } else {
      ranges.push_back({number, number});
    }
  }
  return ranges;
}

std::uint64_t modseq_told(const FoundModSeqs& found, const SearchReturn& wanted) {
  if (wanted.all || wanted.count || wanted.partial || !(wanted.min || wanted.max)) return found.highest;
  return std::max(wanted.min ? found.first : 0, wanted.max ? found.last : 0);
}

Scores told_scores(const SearchReturn& wanted, const Scores& scores) {
  if (!wanted.partial) return scores;
  const auto [begin, end] = wanted.partial->places(scores.size());
  return {scores.begin() + static_cast<std::ptrdiff_t>(begin), scores.begin() + static_cast<std::ptrdiff_t>(end)};
}

bool saves_only_told(const SearchReturn& wanted) {
  return (wanted.min || wanted.max || wanted.partial) && !wanted.all && !wanted.count;
}

}  // namespace postbag
