#include "commands/search/run.h"

#include <cstdint>
#include <string>
#include <utility>

#include "core/slice.h"
#include "search/narrow.h"
#include "search/run.h"
#include "session/client.h"

namespace postbag {

namespace {

/// What the search index rules out.
async::Task<std::optional<search::Narrowing>> narrowing_for(Account& account, const search::Job& job) {
  if (!search::is_worth_narrowing(job)) co_return std::nullopt;
  search::Narrow narrow(job.key);
  while (narrow.has_more())
    co_await account.read([&](storage::ReadTransaction& tx) { narrow.step(tx, slice_end()); });
  co_return narrow.result();
}

}  // namespace

async::Task<bool> run_job(Account& account, const search::Job& job, search::Finds& finds, InProgress* progress) {
  const Account::Hold keeps_bodies(account, Account::Keeps::bodies);
  auto narrowing = co_await narrowing_for(account, job);
  search::Run run(job, std::move(narrowing), finds);
  const std::uint64_t goal = job.candidates.size();
  bool more = true;
  while (more) {
    more = co_await account.read([&](storage::ReadTransaction& tx) { return run.step(tx, slice_end()); });
    if (progress == nullptr || !more) continue;
    const bool alive = co_await progress->at(run.done(), goal);
    if (!alive) co_return false;
  }
  if (run.is_mailbox_gone()) co_return false;
  while (!finds.is_arranged()) co_await account.read([&](storage::ReadTransaction&) { finds.arrange(); });
  co_return true;
}

async::Task<std::optional<Reply>> run(Client& client, const SearchRequest& request, search::Finds& finds,
                                      std::string_view too_much) {
  InProgress progress(client, request.tag);
  const bool exists = co_await run_job(client.selected().account(), request.job, finds, &progress);
  if (!exists) co_return refusal(Error::mailbox_gone);
  if (!finds.is_too_much()) co_return std::nullopt;
  if (request.wanted.save) client.selected().save({});  // RFC 9051 section 6.4.4.1
  co_return Reply::no(std::string(too_much), "LIMIT");
}

}  // namespace postbag
