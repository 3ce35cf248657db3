#include "commands/login/login.h"

#include <utility>

#include "commands/handlers.h"
#include "commands/login/capability.h"
#include "core/utf8.h"
#include "core/wipe.h"
#include "protocol/parse/values.h"
#include "session/client.h"

namespace postbag {

namespace {

constexpr std::size_t longest_user = 255;

bool is_user_name(const std::string& user) {
  return !user.empty() && user.size() <= longest_user && is_utf8(user) && user.find('\0') == std::string::npos;
}

/// "TLSv1.3 TLS_AES_128_GCM_SHA256"; empty without TLS.
std::string encryption_of(const Client& client) {
  if (!client.connection().is_encrypted()) return {};
  const auto info = client.connection().tls()->info();
  return info.version + ' ' + info.cipher;
}

}  // namespace

Reply refuse_password(Client& client, std::string_view user) {
  client.log({LogEvent::Level::warning, "login refused", user, "the connection is not encrypted"});
  client.count_failed_login();  // a line for each try: nobody may fill the log
  return Reply::no("Passwords are accepted only over an encrypted connection", "PRIVACYREQUIRED");
}

async::Task<Reply> log_in(Client& client, std::string user, std::string password) {
  const Context& context = client.context();
  Result<AccountId> id = std::unexpected(Error::wrong_password);
  if (is_user_name(user)) id = co_await context.authenticator.authenticate(user, password, client.connection());
  wipe(password);
  if (!id) {
    client.log({LogEvent::Level::warning, "login failed", user, to_string(id.error())});
    if (id.error() != Error::busy) client.count_failed_login();
    co_return refusal(id.error());
  }
  auto account = co_await context.accounts.open(*id, client.connection().stream());
  if (!account)
    co_return account.error() == Error::busy ? Reply::no("Too many connections", "LIMIT")
                                             : refusal(account.error());
  client.log({LogEvent::Level::info, "login", user, encryption_of(client)});
  client.log_in(std::move(*account), std::move(user));
  co_return Reply::ok("Logged in", capability_list(client));
}

async::Task<std::optional<Reply>> refuse_literal_of(Client& client, grammar::Login, ByUid, ComingLiteral) {
  std::optional<Reply> refused;
  if (!client.may_take_password()) refused = refuse_password(client, {});
  co_return refused;
}

async::Task<Reply> handle(Client& client, grammar::Login login) {
  std::string user = protocol::string_value(login.userid().text());
  if (!client.may_take_password()) co_return refuse_password(client, user);
  std::string password = protocol::string_value(login.password().text());
  Reply reply = co_await log_in(client, std::move(user), password);
  wipe(password);
  co_return reply;
}

}  // namespace postbag
