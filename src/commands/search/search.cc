// SEARCH and UID SEARCH. RFC 9051 section 6.4.4, RFC 4731, RFC 5182; MODSEQ: RFC 7162 section 3.1.5.

#include <optional>
#include <string>
#include <utility>

#include "commands/handlers.h"
#include "commands/search/search_answer.h"
#include "commands/search/search_found.h"
#include "commands/search/search_program.h"
#include "commands/search/search_run.h"
#include "commands/search/search_updates.h"
#include "session/client.h"

namespace postbag {

namespace {

/// `* SEARCH n n n (MODSEQ m)`, for IMAP4rev1. RFC 3501 section 7.2.5, RFC 7162 section 3.1.6.
template <class N>
void plain_response(Client& client, const RangeSet<N>& found, std::optional<std::uint64_t> modseq) {
  protocol::Writer out = client.respond();
  out.raw("* SEARCH");
  found.for_each([&out](N n) { out.sp().number(n.value()); });
  if (modseq) out.raw(" (MODSEQ ").number(*modseq).raw(")");
  out.crlf();
  if (modseq) client.command().note_modseqs_told();
}

template <class N>
void respond(Client& client, std::string_view tag, const SearchReturn& wanted, const RangeSet<N>& found,
             const Scores& scores, ByUid by_uid, std::optional<std::uint64_t> modseq) {
  if (!wanted.extended && !client.rev2())
    plain_response(client, found, modseq);
  else if (wanted.wants_answer())
    respond_extended(client, tag, wanted, by_uid, answer_of(wanted, found, scores, modseq));
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Search command, ByUid by_uid, std::string_view tag) {
  if (by_uid == ByUid::no && client.uid_only()) co_return uid_required();
  const auto wanted = search_return(command);
  if (!wanted) co_return wanted.error();
  if (const auto refused = tag_in_use(client, tag, *wanted)) co_return *refused;
  auto job = search_job(client, search_program(client, command, *wanted), *wanted);
  if (!job) co_return job.error();
  FoundUids found;
  found.keeps_scores = wanted->relevancy;
  InProgress progress(client, tag);
  const bool there = co_await search::run(client.account(), *job, found, &progress);
  if (!there) co_return refusal(Error::mailbox_gone);
  SelectedMailbox& selected = client.selected();
  if (wanted->save) selected.save(to_save(*wanted, found.uids));
  const auto modseq = modseq_of(job->key, found, *wanted);
  if (by_uid == ByUid::yes)
    respond(client, tag, *wanted, found.uids, found.scores, by_uid, modseq);
  else
    respond(client, tag, *wanted, selected.view().seqs_of(found.uids), found.scores, by_uid, modseq);
  if (wanted->update)
    keep_updated(client, {.tag = std::string(tag),
                          .by_uid = by_uid,
                          .job = std::move(*job),
                          .command_bytes = wanted->command_bytes,
                          .items = wanted->update_items,
                          .where = {},
                          .results = std::move(found.uids)});
  co_return Reply::ok("SEARCH completed");
}

}  // namespace postbag
