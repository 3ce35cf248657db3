// AUTHENTICATE: carries the messages of a SASL exchange between it and the client. RFC 9051 section 6.2.2, RFC
// 4422, RFC 4959.

#include <optional>
#include <string>

#include "commands/handlers.h"
#include "commands/login/login.h"
#include "core/wipe.h"
#include "protocol/sasl/mechanisms.h"
#include "session/client.h"
#include "session/login/authentication.h"
#include "session/security.h"

namespace postbag {

namespace {

using Why = NotAuthenticated::Why;

sasl::Surroundings surroundings_of(const Client& client, const Security& security) {
  return {.bindings = security.bindings,
          .plus_offered = sasl::offers_channel_binding(client.sasl_abilities(security)),
          .certificate_name = security.certificate_name,
          .nonce = random_nonce(),
          .oauth_scope = client.context().authenticator.oauth_scope()};
}

class ClientResponder final : public Responder {
 public:
  explicit ClientResponder(Client& client) : client_(client) {}
  async::Task<std::optional<Secret>> ask(std::string_view challenge) override {
    return client_.connection().ask_line(challenge);
  }

 private:
  Client& client_;
};

Reply refuse_to_act(Client& client, const NotAuthenticated& refused) {
  client.log({LogEvent::Level::warning, "login refused", refused.user, refused.detail});
  client.count_failed_login();
  return Reply::no(std::string(words(refused.why)), "AUTHORIZATIONFAILED");
}

Reply reply_to(Client& client, const sasl::Mechanism& mechanism, const NotAuthenticated& refused) {
  if (refused.why == Why::may_not_act) return refuse_to_act(client, refused);
  if (refused.why == Why::failed)
    return refuse_login(client, refused.user, refused.error, mechanism.name, refused.detail);
  return Reply::bad(std::string(words(refused.why)));  // RFC 9051 section 6.2.2
}

/// A mechanism that is not offered here. Who tries to send a password in the clear learns why, and is counted.
Reply refuse_mechanism(Client& client, const sasl::Mechanism* mechanism, sasl::Needs abilities) {
  const bool is_exposed = mechanism != nullptr && mechanism->is_possible(abilities | sasl::needs::confidentiality);
  if (is_exposed) return refuse_password(client, {});
  return Reply::no("Unknown authentication mechanism", "CANNOT");
}

}  // namespace

async::Task<Reply> handle(Client& client, grammar::Authenticate command) {
  const sasl::Mechanism* const mechanism = sasl::find_mechanism(command.auth_type().text());
  const Security security = security_of(client.connection());
  const sasl::Needs abilities = client.sasl_abilities(security);
  if (mechanism == nullptr || !mechanism->is_possible(abilities))
    co_return refuse_mechanism(client, mechanism, abilities);
  std::optional<Secret> initial;
  if (const auto given = command.initial_resp()) initial.emplace(given->text());
  ClientResponder responder(client);
  Authentication authentication(client.context().authenticator, *mechanism, surroundings_of(client, security),
                                client.connection(), responder);
  const Authentication::Outcome outcome = co_await authentication.run(initial);
  if (!outcome) co_return reply_to(client, *mechanism, outcome.error());
  const Way way{mechanism->name, outcome->actor};
  co_return co_await admit(client, outcome->login, outcome->user, way);
}

}  // namespace postbag
