// SEARCH and UID SEARCH. RFC 9051 section 6.4.4, RFC 4731, RFC 5182; MODSEQ: RFC 7162 section 3.1.5.

#include <utility>

#include "commands/handlers.h"
#include "commands/search/finish.h"
#include "commands/search/prepare.h"
#include "commands/search/run.h"
#include "search/found_set.h"
#include "session/client.h"

namespace postbag {

async::Task<Reply> handle(Client& client, grammar::Search command, ByUid by_uid, std::string_view tag) {
  auto request = prepare(client, command, by_uid, tag);
  if (!request) co_return request.error();
  search::FoundSet found(request->wanted.relevancy);
  const auto refused = co_await run(client, *request, found);
  if (refused) co_return *refused;
  finish(client, std::move(*request), std::move(found).results());
  co_return Reply::ok("SEARCH completed");
}

}  // namespace postbag
