// AUTHENTICATE: carries the messages of a SASL exchange between it and the client, and gets it what it asks for.
// RFC 9051 section 6.2.2, RFC 4422, RFC 4959.

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <sodium/randombytes.h>

#include "commands/handlers.h"
#include "commands/login/login.h"
#include "core/wipe.h"
#include "protocol/sasl/mechanisms.h"
#include "protocol/text/base64.h"
#include "session/client.h"
#include "session/security.h"

namespace postbag {

namespace {

/// More than any mechanism has.
constexpr std::size_t most_rounds = 8;

std::string random_nonce() {
  std::string bytes(18, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return protocol::base64_encoded(bytes);
}

sasl::Surroundings surroundings_of(const Client& client) {
  Security security = security_of(client.connection());
  return {.bindings = std::move(security.bindings),
          .plus_offered = sasl::offers_channel_binding(client.sasl_abilities()),
          .certificate_name = std::move(security.certificate_name),
          .nonce = random_nonce(),
          .oauth_scope = client.context().authenticator.oauth_scope()};
}

/// One AUTHENTICATE command.
class Authentication {
 public:
  Authentication(Client& client, const sasl::Mechanism& mechanism)
      : client_(client),
        authenticator_(client.context().authenticator),
        mechanism_(mechanism),
        exchange_(mechanism.make(surroundings_of(client))) {}

  /// `initial`: the client's initial response, as it is on the line; nothing when it sent none.
  async::Task<Reply> run(const std::optional<std::string>& initial);

 private:
  using Response = std::expected<Secret, Reply>;
  using Next = std::expected<sasl::Step, Reply>;

  Next begin(const std::optional<std::string>& initial);
  /// What the exchange asked for is done: its next step, or why there is none.
  async::Task<Next> next(const sasl::Step& step);
  async::Task<Next> answer(const sasl::Challenge& challenge);
  async::Task<Next> answer(const sasl::CheckPassword& asked);
  async::Task<Next> answer(const sasl::FindKeys& asked);
  async::Task<Next> answer(const sasl::CheckToken& asked);
  async::Task<Response> ask(const std::string& challenge);

  async::Task<Reply> refuse(sasl::Refusal why);
  async::Task<Reply> finish(const sasl::Done& done);
  async::Task<Result<Login>> login_of(const sasl::Done& done);
  Reply refuse_to_act(const sasl::Done& done);
  /// By which the server proves itself. Sent before the success, as that carries no data in IMAP. RFC 4422 section
  /// 5
  async::Task<std::optional<Reply>> send_final(const std::string& data);

  Client& client_;
  Authenticator& authenticator_;
  const sasl::Mechanism& mechanism_;
  const std::unique_ptr<sasl::Exchange> exchange_;
  std::string user_;             ///< who it says it is, once it does
  std::optional<Login> login_;   ///< whose password was right
  bool decides_itself_ = false;  ///< the exchange, so that how it ends is to be counted
};

std::expected<Secret, Reply> response_in(std::string line) {
  const Secret kept(std::move(line));
  if (kept.text() == "*") return std::unexpected(Reply::bad("Authentication cancelled"));  // RFC 9051 section 6.2.2
  auto bytes = protocol::base64_decoded(kept.text());
  if (!bytes) return std::unexpected(Reply::bad("Invalid base64"));
  return Secret(std::move(*bytes));
}

async::Task<Reply> Authentication::run(const std::optional<std::string>& initial) {
  Next step = begin(initial);
  for (std::size_t round = 0; round < most_rounds; ++round) {
    if (!step) co_return step.error();
    if (const auto* done = std::get_if<sasl::Done>(&*step)) co_return co_await finish(*done);
    if (const auto* failed = std::get_if<sasl::Failed>(&*step)) co_return co_await refuse(failed->why);
    Next following = co_await next(*step);
    step = std::move(following);
  }
  co_return Reply::bad("The authentication does not end");
}

Authentication::Next Authentication::begin(const std::optional<std::string>& initial) {
  if (!initial) return exchange_->begin();
  const Response response = response_in(*initial == "=" ? std::string() : *initial);  // RFC 4959 section 3
  if (!response) return std::unexpected(response.error());
  return exchange_->respond(response->text());
}

async::Task<Authentication::Next> Authentication::next(const sasl::Step& step) {
  if (const auto* challenge = std::get_if<sasl::Challenge>(&step)) co_return co_await answer(*challenge);
  if (const auto* asked = std::get_if<sasl::CheckPassword>(&step)) co_return co_await answer(*asked);
  if (const auto* asked = std::get_if<sasl::FindKeys>(&step)) co_return co_await answer(*asked);
  co_return co_await answer(std::get<sasl::CheckToken>(step));
}

async::Task<Authentication::Response> Authentication::ask(const std::string& challenge) {
  const std::string words = protocol::base64_encoded(challenge);
  std::optional<std::string> line = co_await client_.connection().ask_line(words);
  if (!line) co_return std::unexpected(Reply::bad("No response"));
  co_return response_in(std::move(*line));
}

async::Task<Authentication::Next> Authentication::answer(const sasl::Challenge& challenge) {
  const Response response = co_await ask(challenge.text);
  if (!response) co_return std::unexpected(response.error());
  co_return exchange_->respond(response->text());
}

async::Task<Authentication::Next> Authentication::answer(const sasl::CheckPassword& asked) {
  const Result<Login> login =
      co_await authenticator_.check_password(asked.user, asked.password.text(), client_.connection());
  if (!login)
    co_return std::unexpected(
        refuse_login(client_, asked.user, login.error(), mechanism_.name, to_string(login.error())));
  login_ = *login;
  co_return exchange_->password_checked(true);
}

async::Task<Authentication::Next> Authentication::answer(const sasl::FindKeys& asked) {
  user_ = asked.user;
  const Result<sasl::ScramKeys> keys =
      co_await authenticator_.find_keys(asked.user, asked.hash, client_.connection());
  if (!keys)
    co_return std::unexpected(refuse_login(client_, user_, keys.error(), mechanism_.name, to_string(keys.error())));
  decides_itself_ = true;
  co_return exchange_->keys_found(*keys);
}

async::Task<Authentication::Next> Authentication::answer(const sasl::CheckToken& asked) {
  user_ = asked.user;
  const Result<std::string> user = co_await authenticator_.check_token(asked.token.text(), client_.connection());
  if (!user && user.error() != Error::wrong_password)
    co_return std::unexpected(refuse_login(client_, user_, user.error(), mechanism_.name, to_string(user.error())));
  co_return exchange_->token_checked(user ? std::optional(*user) : std::nullopt);
}

async::Task<Reply> Authentication::refuse(sasl::Refusal why) {
  if (why == sasl::Refusal::malformed) co_return Reply::bad("Invalid response");
  Error error = Error::wrong_password;
  if (decides_itself_) {
    const Result<Login> none = co_await authenticator_.finish(user_, false, client_.connection());
    if (!none) error = none.error();
  }
  co_return refuse_login(client_, user_, error, mechanism_.name, sasl::to_string(why));
}

async::Task<Result<Login>> Authentication::login_of(const sasl::Done& done) {
  if (login_) co_return *login_;
  co_return co_await authenticator_.finish(done.authcid, true, client_.connection());
}

Reply Authentication::refuse_to_act(const sasl::Done& done) {
  client_.log({LogEvent::Level::warning, "login refused", done.authcid, "may not act as " + done.authzid});
  client_.count_failed_login();
  return Reply::no("Not authorized to act as another user", "AUTHORIZATIONFAILED");
}

async::Task<Reply> Authentication::finish(const sasl::Done& done) {
  Result<Login> login = co_await login_of(done);
  if (!login)
    co_return refuse_login(client_, done.authcid, login.error(), mechanism_.name, to_string(login.error()));
  const AccountId own = login->account;
  if (!done.authzid.empty()) login = co_await authenticator_.act_as(*login, done.authzid);
  if (!login) co_return refuse_to_act(done);
  const std::optional<Reply> refused = co_await send_final(done.final_data);
  if (refused) co_return *refused;
  const bool acts = login->account != own;
  const Way way{mechanism_.name, acts ? done.authcid : std::string()};
  co_return co_await admit(client_, *login, acts ? done.authzid : done.authcid, way);
}

async::Task<std::optional<Reply>> Authentication::send_final(const std::string& data) {
  std::optional<Reply> refused;
  if (data.empty()) co_return refused;
  const Response response = co_await ask(data);
  if (!response)
    refused = response.error();
  else if (!response->text().empty())
    refused = Reply::bad("Invalid response");
  co_return refused;
}

/// A mechanism that is not offered here. Who tries to send a password in the clear learns why, and is counted.
Reply refuse_mechanism(Client& client, const sasl::Mechanism* mechanism) {
  const bool is_exposed =
      mechanism != nullptr && mechanism->is_possible(client.sasl_abilities() | sasl::needs::confidentiality);
  if (is_exposed) return refuse_password(client, {});
  return Reply::no("Unknown authentication mechanism", "CANNOT");
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Authenticate command) {
  const sasl::Mechanism* const mechanism = sasl::find_mechanism(command.auth_type().text());
  if (mechanism == nullptr || !mechanism->is_possible(client.sasl_abilities()))
    co_return refuse_mechanism(client, mechanism);
  std::optional<std::string> initial;
  if (const auto given = command.initial_resp()) initial.emplace(given->text());
  Authentication authentication(client, *mechanism);
  Reply reply = co_await authentication.run(initial);
  if (initial) wipe(*initial);
  co_return reply;
}

}  // namespace postbag
