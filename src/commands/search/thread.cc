// THREAD and UID THREAD. RFC 5256 section 3.

#include <string>

#include "commands/handlers.h"
#include "commands/search/prepare.h"
#include "commands/search/run.h"
#include "search/threading/threaded_finds.h"
#include "session/client.h"

namespace postbag {

async::Task<Reply> handle(Client& client, grammar::Thread command, ByUid by_uid, std::string_view tag) {
  const auto request = prepare(client, command, by_uid, tag);
  if (!request) co_return request.error();
  search::ThreadedFinds found(*search::thread_by(command.thread_alg().text()));
  const auto refused = co_await run(client, *request, found, "Too many messages and references to thread");
  if (refused) co_return *refused;
  const View& view = client.selected().view();
  const std::string threads =
      found.wire([&](Uid uid) { return by_uid == ByUid::yes ? uid.value() : view.seq_of(uid)->value(); });
  client.respond().raw(threads.empty() ? "* THREAD" : "* THREAD ").raw(threads).crlf();
  co_return Reply::ok("THREAD completed");
}

}  // namespace postbag
