// SORT and UID SORT. RFC 5256 section 3, with RETURN: RFC 5267 section 3, with DISPLAYFROM and DISPLAYTO: RFC 5957.

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "commands/handlers.h"
#include "commands/search/search_answer.h"
#include "commands/search/search_program.h"
#include "commands/search/search_run.h"
#include "commands/search/search_updates.h"
#include "commands/search/sort_order.h"
#include "session/client.h"

namespace postbag {

namespace {

SortBy sort_by(grammar::SortKey::Kind kind) {
  using Kind = grammar::SortKey::Kind;
  switch (kind) {
    case Kind::arrival: return SortBy::arrival;
    case Kind::cc: return SortBy::cc;
    case Kind::date: return SortBy::date;
    case Kind::from: return SortBy::from;
    case Kind::size: return SortBy::size;
    case Kind::to: return SortBy::to;
    case Kind::displayfrom: return SortBy::display_from;
    case Kind::displayto: return SortBy::display_to;
    case Kind::relevancy: return SortBy::relevancy;
    case Kind::subject: break;
  }
  return SortBy::subject;
}

std::vector<SortCriterion> criteria_of(grammar::Sort command) {
  std::vector<SortCriterion> out;
  for (const auto one : command.sort_criterion())
    out.push_back({.by = sort_by(one.sort_key().kind()), .reverse = one.reverse().has_value()});
  return out;
}

UidSet to_save(const SearchReturn& wanted, const std::vector<SortedFinds::Found>& found) {
  const bool only_told = saves_only_told(wanted);
  auto [begin, end] =
      wanted.partial ? wanted.partial->places(found.size()) : std::pair<std::uint64_t, std::uint64_t>();
  if (!only_told) std::tie(begin, end) = std::pair(std::uint64_t{0}, found.size());
  std::vector<Uid> uids;
  for (std::uint64_t i = begin; i < end; ++i) uids.push_back(found[i].uid);
  if (only_told && wanted.min && !found.empty()) uids.push_back(found.front().uid);
  if (only_told && wanted.max && !found.empty()) uids.push_back(found.back().uid);
  std::ranges::sort(uids);
  UidSet kept;
  for (const Uid uid : uids) kept.add(uid);
  return kept;
}

FoundModSeqs modseqs_of(const std::vector<SortedFinds::Found>& found) {
  const auto highest = std::ranges::max_element(found, {}, &SortedFinds::Found::modseq);
  return {.first = found.front().modseq, .last = found.back().modseq, .highest = highest->modseq};
}

/// What the client is to read for each message: its UID, or its number in the view.
std::vector<std::uint32_t> numbers_of(const Client& client, const std::vector<SortedFinds::Found>& found,
                                      ByUid by_uid) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(found.size());
  const View& view = client.selected().view();
  for (const auto& one : found) {
    if (by_uid == ByUid::yes) {
      numbers.push_back(one.uid.value());
    } else if (const auto seq = view.seq_of(one.uid)) {
      numbers.push_back(seq->value());
    }
  }
  return numbers;
}

std::string ordered_set(std::span<const std::uint32_t> numbers) {
  std::string out;
  protocol::Writer(out).ranges(std::span<const SeqRange>(ordered_ranges(numbers)));
  return out;
}

/// `* SORT n n n (MODSEQ m)`. RFC 5256 section 4, RFC 7162 section 3.1.6.
void plain_response(Client& client, const std::vector<std::uint32_t>& numbers,
                    std::optional<std::uint64_t> modseq) {
  protocol::Writer out = client.respond();
  out.raw("* SORT");
  for (const std::uint32_t n : numbers) out.sp().number(n);
  if (modseq) out.raw(" (MODSEQ ").number(*modseq).raw(")");
  out.crlf();
  if (modseq) client.command().note_modseqs_told();
}

Scores scores_of(const std::vector<SortedFinds::Found>& found) {
  Scores scores;
  for (const SortedFinds::Found& one : found) scores.push_back(one.relevancy);
  return scores;
}

SearchAnswer answer_of(const SearchReturn& wanted, const std::vector<std::uint32_t>& numbers, const Scores& scores,
                       std::optional<std::uint64_t> modseq) {
  SearchAnswer answer{
      .count = numbers.size(), .all = {}, .partial = {}, .modseq = modseq, .scores = told_scores(wanted, scores)};
  if (numbers.empty()) return answer;
  answer.min = numbers.front();
  answer.max = numbers.back();
  if (wanted.all) answer.all = ordered_set(numbers);
  if (wanted.partial) {
    const auto [begin, end] = wanted.partial->places(numbers.size());
    answer.partial = ordered_set(std::span(numbers).subspan(begin, end - begin));
  }
  return answer;
}

/// False when the mailbox is gone.
async::Task<bool> search_and_sort(Account& account, const search::Job& job, SortedFinds& finds,
                                  InProgress& progress) {
  const bool there = co_await search::run(account, job, finds, &progress);
  bool more = there;
  while (more) more = co_await account.read([&](storage::ReadTransaction&) { return finds.sort_some(); });
  co_return there;
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Sort command, ByUid by_uid, std::string_view tag) {
  if (by_uid == ByUid::no && client.uid_only()) co_return uid_required();
  const auto wanted = search_return(command);
  if (!wanted) co_return wanted.error();
  if (const auto refused = tag_in_use(client, tag, *wanted)) co_return *refused;
  const std::vector<SortCriterion> criteria = criteria_of(command);
  const bool by_relevancy = std::ranges::find(criteria, SortBy::relevancy, &SortCriterion::by) != criteria.end();
  auto program = search_program(client, command, *wanted);
  if (const auto refused = program ? lacks_fuzzy(*program, by_relevancy) : std::nullopt) co_return *refused;
  auto job = search_job(client, std::move(program), *wanted);
  if (!job) co_return job.error();
  SortedFinds finds(criteria);
  InProgress progress(client, tag);
  const bool there = co_await search_and_sort(client.account(), *job, finds, progress);
  if (!there) co_return refusal(Error::mailbox_gone);
  if (finds.is_too_much()) {
    if (wanted->save) client.selected().save({});  // RFC 9051 section 6.4.4.1
    co_return Reply::no("Too many messages to sort", "LIMIT");
  }
  const auto& found = finds.found();
  if (wanted->save) client.selected().save(to_save(*wanted, found));
  std::optional<std::uint64_t> modseq;
  if (search::mentions_modseq(job->key) && !found.empty()) modseq = modseq_told(modseqs_of(found), *wanted);
  const auto numbers = numbers_of(client, found, by_uid);
  if (!wanted->extended)
    plain_response(client, numbers, modseq);
  else if (wanted->wants_answer())
    respond_extended(client, tag, *wanted, by_uid,
                     answer_of(*wanted, numbers, wanted->relevancy ? scores_of(found) : Scores(), modseq));
  if (wanted->update && by_relevancy) {
    refuse_update(client, tag, "Not possible in order of relevancy");
  } else if (wanted->update) {
    std::vector<Uid> order;
    for (const SortedFinds::Found& one : found) order.push_back(one.uid);
    keep_updated(client, {.tag = std::string(tag),
                          .by_uid = by_uid,
                          .job = std::move(*job),
                          .command_bytes = wanted->command_bytes,
                          .items = wanted->update_items,
                          .where = {},
                          .results = SortedResults(criteria, std::move(order))});
  }
  co_return Reply::ok("SORT completed");
}

}  // namespace postbag
