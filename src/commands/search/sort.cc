// SORT and UID SORT. RFC 5256 section 3, with RETURN: RFC 5267 section 3, with DISPLAYFROM and DISPLAYTO: RFC 5957.

#include <utility>

#include "commands/handlers.h"
#include "commands/search/finish.h"
#include "commands/search/prepare.h"
#include "commands/search/run.h"
#include "search/order/sorted_finds.h"
#include "session/client.h"

namespace postbag {

async::Task<Reply> handle(Client& client, grammar::Sort command, ByUid by_uid, std::string_view tag) {
  auto request = prepare(client, command, by_uid, tag);
  if (!request) co_return request.error();
  search::SortedFinds found(request->order);
  const auto refused = co_await run(client, *request, found, "Too many messages to sort");
  if (refused) co_return *refused;
  search::Results results = found.results(request->wanted.relevancy);
  finish(client, std::move(*request), std::move(results));
  co_return Reply::ok("SORT completed");
}

}  // namespace postbag
