#include "commands/search/esearch_response.h"

namespace postbag {

namespace {

/// RFC 9394 section 3.1.
void write_partial(protocol::Writer& out, const PartialRange& partial, const Numbers& numbers) {
  const auto [begin, end] = partial.places(numbers.size());
  const Numbers part = numbers.at_places(begin, end);
  out.raw(" PARTIAL (").raw(partial.written).sp();
  if (part.empty())
    out.nil();
  else
    out.ranges(part.ranges());
  out.raw(")");
}

/// Those of the messages in ALL or PARTIAL, otherwise all. RFC 6203 section 4.
void write_relevancy(protocol::Writer& out, const SearchReturn& wanted, const search::Scores& scores) {
  const auto [begin, end] = wanted.partial ? wanted.partial->places(scores.size())
                                           : std::pair<std::uint64_t, std::uint64_t>(0, scores.size());
  out.raw(" RELEVANCY (");
  for (std::uint64_t i = begin; i < end; ++i) {
    if (i != begin) out.sp();
    out.number(scores[i]);
  }
  out.raw(")");
}

}  // namespace

void begin_extended(protocol::Writer& out, const SearchRequest& request) {
  out.raw("* ESEARCH (TAG ").string(request.tag);
  if (request.where)
    out.raw(" MAILBOX ")
        .mailbox(request.where->name)
        .raw(" UIDVALIDITY ")
        .number(request.where->uid_validity.value());
  out.raw(")");
  if (request.by_uid == ByUid::yes) out.raw(" UID");
}

void write_extended(protocol::Writer& out, const SearchRequest& request, const SearchAnswer& answer) {
  const SearchReturn& wanted = request.wanted;
  const Numbers& numbers = answer.numbers;
  begin_extended(out, request);
  if (wanted.min && !numbers.empty()) out.raw(" MIN ").number(numbers.front());
  if (wanted.max && !numbers.empty()) out.raw(" MAX ").number(numbers.back());
  if (wanted.count) out.raw(" COUNT ").number(numbers.size());
  if (wanted.all && !numbers.empty()) out.raw(" ALL ").ranges(numbers.ranges());
  if (wanted.partial) write_partial(out, *wanted.partial, numbers);
  if (wanted.relevancy) write_relevancy(out, wanted, answer.scores);
  if (answer.modseq) out.raw(" MODSEQ ").number(*answer.modseq);
  out.crlf();
}

}  // namespace postbag
