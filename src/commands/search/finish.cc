#include "commands/search/finish.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "commands/search/esearch_response.h"
#include "commands/search/numbers.h"
#include "commands/search/updates/updates.h"
#include "session/client.h"

namespace postbag {

namespace {

/// Whether SAVE keeps only what MIN, MAX and PARTIAL answer. RFC 9051 section 6.4.4.1, table 4; RFC 9394
/// section 3.2.
bool saves_only_answered(const SearchReturn& wanted) {
  return (wanted.min || wanted.max || wanted.partial) && !wanted.all && !wanted.count;
}

UidSet uids_in(std::vector<SeqRange> ranges) {
  std::ranges::sort(ranges, {}, &SeqRange::first);
  UidSet out;
  for (const SeqRange& range : ranges) out.add(UidRange{Uid(range.first.value()), Uid(range.last.value())});
  return out;
}

UidSet to_save(const SearchReturn& wanted, const Numbers& uids) {
  std::vector<SeqRange> saved;
  const auto add = [&saved](const Numbers& some) {
    saved.insert(saved.end(), some.ranges().begin(), some.ranges().end());
  };
  if (!saves_only_answered(wanted)) {
    add(uids);
  } else {
    if (wanted.partial) {
      const auto [begin, end] = wanted.partial->places(uids.size());
      add(uids.at_places(begin, end));
    }
    if (wanted.min) add(uids.at_places(0, 1));
    if (wanted.max && !uids.empty()) add(uids.at_places(uids.size() - 1, uids.size()));
  }
  return uids_in(std::move(saved));
}

/// The mod-sequence in the answer when MODSEQ was searched for and something found: of all messages, or of just
/// those in the answer. RFC 7162 section 3.1.6, RFC 4731 section 3.2.
std::optional<std::uint64_t> modseq_of(const SearchRequest& request, const search::FoundModSeqs& found) {
  if (!search::mentions<search::ModSeqAtLeast>(request.job.key)) return std::nullopt;
  const SearchReturn& wanted = request.wanted;
  if (wanted.all || wanted.count || wanted.partial || !(wanted.min || wanted.max)) return found.highest;
  return std::max(wanted.min ? found.first : 0, wanted.max ? found.last : 0);
}

/// `* SEARCH n n n (MODSEQ m)`: RFC 3501 section 7.2.5, RFC 7162 section 3.1.6. SORT: RFC 5256 section 4.
void write_plain(protocol::Writer& out, std::string_view name, const SearchAnswer& answer) {
  out.raw("* ").raw(name);
  for (const SeqRange& range : answer.numbers.ranges())
    for (std::uint64_t n = range.first.value(); n <= range.last.value(); ++n) out.sp().number(n);
  if (answer.modseq) out.raw(" (MODSEQ ").number(*answer.modseq).raw(")");
  out.crlf();
}

/// Without RETURN, ESEARCH is the answer to ESEARCH, and to SEARCH once IMAP4rev2 is enabled.
bool is_extended(const Client& client, const SearchRequest& request) {
  return request.wanted.extended || request.where || (request.order.empty() && client.rev2());
}

void respond(Client& client, const SearchRequest& request, const SearchAnswer& answer) {
  // A mailbox in which nothing was found has no answer, not even COUNT 0. RFC 7377 section 2.1.
  if (request.where && answer.numbers.empty()) return;
  const bool extended = is_extended(client, request);
  if (extended && !request.wanted.wants_answer()) return;
  protocol::Writer out = client.respond();
  if (extended)
    write_extended(out, request, answer);
  else
    write_plain(out, request.order.empty() ? "SEARCH" : "SORT", answer);
  if (answer.modseq) client.command().note_modseqs_told();
}

}  // namespace

void finish(Client& client, SearchRequest request, search::Results found) {
  // ESEARCH answers by UID and may be of a mailbox that is not selected.
  const View no_view;
  const View& view = request.where ? no_view : client.selected().view();
  const auto numbers = [&](ByUid by_uid) {
    return std::visit([&](const auto& uids) { return Numbers(view, uids, by_uid); }, found.uids);
  };
  if (request.wanted.save) client.selected().save(to_save(request.wanted, numbers(ByUid::yes)));
  SearchAnswer answer{.numbers = numbers(request.by_uid), .scores = std::move(found.scores), .modseq = {}};
  if (!answer.numbers.empty()) answer.modseq = modseq_of(request, found.modseqs);
  respond(client, request, answer);
  if (request.wanted.update) keep_updated(client, std::move(request), std::move(found.uids));
}

}  // namespace postbag
