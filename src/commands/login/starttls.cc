// STARTTLS. RFC 9051 section 6.2.1.

#include "commands/handlers.h"
#include "session/client.h"

namespace postbag {

/// What came after the command may be from somebody in between who wants it to be taken for the
/// client's own once the connection is encrypted: it is not looked at, and the connection ends.
async::Task<Reply> handle(Client& client, grammar::Starttls) {
  ClientConnection& connection = client.connection();
  if (connection.is_encrypted()) co_return Reply::bad("TLS is active already");
  if (!client.may_start_tls()) co_return Reply::no("TLS is not available");
  if (connection.has_unread_input()) {
    client.log({LogEvent::Level::warning, "STARTTLS refused", {}, "bytes came after the command"});
    co_return client.end_with_bye("Nothing may be sent after STARTTLS before its answer");
  }
  connection.plan(ClientConnection::Change::encryption);
  co_return Reply::ok("Begin TLS negotiation now");
}

}  // namespace postbag
