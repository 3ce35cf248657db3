// COMPRESS. RFC 4978.

#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

/// Bytes that came after the command may be compressed or not: nobody can know, so they end the connection.
/// Section 3.
async::Task<Reply> handle(Client& client, grammar::Compress) {
  ClientConnection& connection = client.connection();
  if (connection.is_compressed()) co_return Reply::bad("DEFLATE is active already", "COMPRESSIONACTIVE");
  if (connection.has_unread_input())
    co_return client.end_with_bye("Nothing may be sent after COMPRESS before its answer");
  connection.plan(ClientConnection::Change::compression);
  co_return Reply::ok("DEFLATE active");
}

}  // namespace postbag
