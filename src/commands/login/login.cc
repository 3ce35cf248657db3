#include "commands/login/login.h"

#include <optional>
#include <utility>

#include "commands/handlers.h"
#include "commands/login/capability.h"
#include "core/wipe.h"
#include "protocol/parse/values.h"
#include "session/client.h"
#include "session/login/authentication.h"

namespace postbag {

namespace {

/// ", TLSv1.3 TLS_AES_128_GCM_SHA256"; empty without TLS.
std::string encryption_of(const Client& client) {
  if (!client.connection().is_encrypted()) return {};
  const auto info = client.connection().tls()->info();
  return ", " + info.version + ' ' + info.cipher;
}

/// For the log.
std::string way_of(const Client& client, const Way& way) {
  return way_in(way.mechanism, way.actor) + encryption_of(client);
}

/// The answer to a login of somebody whose account is at another server; nothing when it is here. NO and not OK, as
/// OK would say that there is something here to be read: the mail here is what was left behind. RFC 2221
/// section 4.1. An administrator who is still here may fetch that; one who has moved acts for nobody.
async::Task<std::optional<Reply>> referral(Client& client, const Login& login, std::string_view user,
                                           const Way& way) {
  std::optional<Reply> reply;
  const std::string url = co_await client.context().authenticator.moved_to(login.actor.value_or(login.account));
  if (url.empty()) co_return reply;
  client.log({LogEvent::Level::info, "login after move", user, way_of(client, way) + ": moved to " + url});
  reply = login.actor ? Reply::no(std::string(words(NotAuthenticated::Why::may_not_act)), "AUTHORIZATIONFAILED")
                      : Reply::no("The account has moved to another server", "REFERRAL " + url);
  co_return reply;
}

/// What referral() says once the session belongs to the account. Now Server::disconnect() finds it; who was
/// disconnected before may have moved while its mail was opened. The session ends, also when nobody can say.
async::Task<std::optional<Reply>> late_referral(Client& client, const Login& login, std::string_view user,
                                                const Way& way) {
  std::optional<Reply> reply;
  try {
    reply = co_await referral(client, login, user, way);
  } catch (...) {
    client.connection().say_bye({"The login cannot be completed", "UNAVAILABLE"});
    throw;
  }
  if (reply) client.connection().say_bye({"The account has moved"});
  co_return reply;
}

}  // namespace

Reply refuse_password(Client& client, std::string_view user) {
  client.log({LogEvent::Level::warning, "login refused", user, "the connection is not encrypted"});
  client.count_failed_login();  // a line for each try: nobody may fill the log
  return Reply::no("Passwords are accepted only over an encrypted connection", "PRIVACYREQUIRED");
}

Reply refuse_login(Client& client, std::string_view user, Error error, std::string_view mechanism,
                   std::string_view why) {
  const bool put_off = error == Error::busy;  // the password may be right: nobody is to be banned for it
  const std::string detail = std::string(mechanism) + ": " + std::string(why);
  client.log({LogEvent::Level::warning, put_off ? "login put off" : "login failed", user, detail});
  if (!put_off) client.count_failed_login();
  return refusal(error);
}

async::Task<Reply> admit(Client& client, Login login, std::string user, const Way& way) {
  std::optional<Reply> elsewhere = co_await referral(client, login, user, way);
  if (elsewhere) co_return std::move(*elsewhere);
  auto account = co_await client.context().accounts.open(login.account, client.connection().stream());
  if (!account)
    co_return account.error() == Error::busy ? Reply::no("Too many connections", "LIMIT")
                                             : refusal(account.error());
  Principal principal{login.account, user, login.read_only, way.actor};
  client.log_in(std::move(*account), std::move(principal));
  elsewhere = co_await late_referral(client, login, user, way);
  if (elsewhere) co_return std::move(*elsewhere);
  client.log({LogEvent::Level::info, "login", user, way_of(client, way)});
  co_return Reply::ok("Logged in", capability_list(client));
}

async::Task<std::optional<Reply>> refuse_literal_of(Client& client, grammar::Login, ByUid, ComingLiteral) {
  std::optional<Reply> refused;
  if (!client.may_take_password()) refused = refuse_password(client, {});
  co_return refused;
}

async::Task<Reply> handle(Client& client, grammar::Login command) {
  std::string user = protocol::string_value(command.userid().text());
  if (!client.may_take_password()) co_return refuse_password(client, user);
  const Secret password(protocol::string_value(command.password().text()));
  const Way way{"LOGIN"};
  const Result<Login> login =
      co_await check_password(client.context().authenticator, user, password, client.connection());
  if (!login) co_return refuse_login(client, user, login.error(), way.mechanism, to_string(login.error()));
  co_return co_await admit(client, *login, std::move(user), way);
}

}  // namespace postbag
