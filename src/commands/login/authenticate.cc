// AUTHENTICATE PLAIN. RFC 9051 section 6.2.2, RFC 4616, RFC 4959.

#include <optional>
#include <string>
#include <utility>

#include "commands/handlers.h"
#include "commands/login/login.h"
#include "core/ascii.h"
#include "core/wipe.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

struct PlainMessage {
  std::string authzid;
  std::string authcid;
  std::string password;
};

/// [authzid] NUL authcid NUL passwd, RFC 4616 section 2.
std::optional<PlainMessage> plain_message(const std::string& message) {
  const auto first = message.find('\0');
  if (first == std::string::npos) return std::nullopt;
  const auto second = message.find('\0', first + 1);
  if (second == std::string::npos || message.find('\0', second + 1) != std::string::npos) return std::nullopt;
  return PlainMessage{message.substr(0, first), message.substr(first + 1, second - first - 1),
                      message.substr(second + 1)};
}

async::Task<Reply> finish_plain(Client& client, std::string_view response) {
  if (response == "*") co_return Reply::bad("Authentication cancelled");  // RFC 9051 section 6.2.2
  auto bytes = protocol::base64_value(response);
  if (!bytes) co_return Reply::bad("Invalid base64");
  auto message = plain_message(*bytes);
  wipe(*bytes);
  if (!message || message->authcid.empty()) co_return Reply::bad("Invalid PLAIN response");
  // Nobody acts for another yet, so only one's own name may be asked for. RFC 4616 section 2.
  if (!message->authzid.empty() && message->authzid != message->authcid) {
    client.count_failed_login();
    co_return Reply::no("Not authorized to act as another user", "AUTHORIZATIONFAILED");
  }
  Reply reply = co_await log_in(client, std::move(message->authcid), message->password);
  wipe(message->password);
  co_return reply;
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Authenticate command) {
  const bool plain = ascii_iequal(command.auth_type().text(), "PLAIN");
  if (!plain) co_return Reply::no("Unknown authentication mechanism", "CANNOT");
  if (!client.may_take_password()) co_return refuse_password(client, {});
  if (const auto initial = command.initial_resp()) {
    std::string response(initial->text());
    Reply reply = co_await finish_plain(client, response == "=" ? std::string_view() : response);
    wipe(response);
    co_return reply;
  }
  std::optional<std::string> line = co_await client.connection().ask_line("");
  if (!line) co_return Reply::bad("No response");
  Reply reply = co_await finish_plain(client, *line);
  wipe(*line);
  co_return reply;
}

}  // namespace postbag
