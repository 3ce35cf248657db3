#include "server/auth_socket/auth_request.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "protocol/sasl/mechanisms.h"

namespace postbag::server {

namespace {

using auth_socket::Refusal;
using Why = NotAuthenticated::Why;

/// Postfix waits 10 seconds for an answer. Who has to wait longer for its turn is refused as temporarily
/// unavailable.
constexpr std::chrono::seconds answer_time{8};
constexpr std::size_t longest_service = 32;  ///< in the log

/// The socket itself for what is none, so that all clients without an address share the delays of one.
async::Address address_of(const auth_socket::Origin& origin) {
  const bool is_ipv6 = origin.remote_ip.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? '[' + origin.remote_ip + ']' : origin.remote_ip;
  const auto address = async::Address::parse(host + ':' + std::to_string(origin.remote_port));
  return address && address->is_ip() ? *address : async::Address::unix_socket({});
}

}  // namespace

AuthRequest::AuthRequest(const Context& context, const AccountRegistry& registry, auth_socket::Auth asked,
                         Send send)
    : context_(context),
      registry_(registry),
      asked_(std::move(asked)),
      send_(std::move(send)),
      address_(address_of(asked_.origin)),
      signal_(context.loop),
      ends_(async::in(context.limits.login_time)),
      answer_by_(async::in(answer_time)) {}

async::Task<void> AuthRequest::run() {
  const sasl::Mechanism* const mechanism = sasl::find_mechanism(asked_.mechanism);
  const std::optional<Refusal> why = obstacle(mechanism);
  if (why) co_return send(auth_socket::refused(asked_.id, *why));
  const sasl::Surroundings around{.nonce = random_nonce(), .oauth_scope = context_.authenticator.oauth_scope()};
  Authentication authentication(context_.authenticator, *mechanism, around, *this, *this);
  const Authentication::Outcome outcome = co_await authentication.run(asked_.initial);
  co_await answer(*mechanism, outcome);
}

/// Nobody but the asker knows who its client is, and what protects the connection to it.
std::optional<Refusal> AuthRequest::obstacle(const sasl::Mechanism* mechanism) {
  const sasl::Needs abilities = context_.authenticator.abilities();
  if (mechanism == nullptr || !mechanism->is_possible(abilities | sasl::needs::confidentiality))
    return Refusal{.reason = "Unknown authentication mechanism"};
  const bool has_address = address_.is_ip();
  if (!has_address && !asked_.origin.remote_ip.empty()) return Refusal{.reason = "Invalid address of the client"};
  if (asked_.origin.secured || (has_address && address_.is_loopback()) || mechanism->is_possible(abilities))
    return {};
  log(LogEvent::Level::warning, "login refused", {}, "the connection is not encrypted");
  return Refusal{.reason = "Passwords are accepted only over an encrypted connection"};
}

void AuthRequest::respond(Secret response) {
  if (!asks_) return;
  response_ = std::move(response);
  signal_.set();
}

void AuthRequest::cancel() {
  cancelled_ = true;
  leave();
}

void AuthRequest::leave() {
  left_ = true;
  signal_.set();
}

async::Task<bool> AuthRequest::wait(async::Deadline deadline) {
  if (left_) co_return false;
  co_await signal_.wait(std::min(deadline, answer_by_));
  co_return !left_ && std::chrono::steady_clock::now() < answer_by_;
}

async::Task<std::optional<Secret>> AuthRequest::ask(std::string_view challenge) {
  asks_ = true;
  send(auth_socket::continued(asked_.id, challenge));
  while (!response_ && !left_ && std::chrono::steady_clock::now() < ends_) co_await signal_.wait(ends_);
  asks_ = false;
  answer_by_ = async::in(answer_time);
  std::optional<Secret> given = std::exchange(response_, std::nullopt);
  co_return given;
}

async::Task<void> AuthRequest::answer(const sasl::Mechanism& mechanism, const Authentication::Outcome& outcome) {
  if (cancelled_) co_return;
  if (outcome)
    co_await admit(mechanism, *outcome);
  else
    refuse(mechanism, outcome.error());
}

/// Where the account is now, or that of who acts for it; empty: here.
async::Task<std::string> AuthRequest::moved_to(const Login& login) {
  std::string elsewhere = co_await context_.authenticator.moved_to(login.account);
  if (elsewhere.empty() && login.actor) elsewhere = co_await context_.authenticator.moved_to(*login.actor);
  co_return elsewhere;
}

/// A password for reading says nothing about what else its owner may do. Who has moved sends through its new
/// server: the password there may be another one by now.
async::Task<void> AuthRequest::admit(const sasl::Mechanism& mechanism, const Authenticated& who) {
  const std::string way = way_in(mechanism.name, who.actor);
  const std::string elsewhere = co_await moved_to(who.login);
  if (cancelled_) co_return;
  if (!elsewhere.empty()) {
    log(LogEvent::Level::info, "login after move", who.user, way + ": moved to " + elsewhere);
    co_return refuse_right(who, "The account has moved to another server");
  }
  if (who.login.read_only) {
    log(LogEvent::Level::warning, "login refused", who.user, way + ": a password for reading");
    co_return refuse_right(who, "This password is for reading mail only");
  }
  log(LogEvent::Level::info, "login", who.user, way);
  send(auth_socket::accepted(asked_.id, registry_.canonical(who.user)));
}

void AuthRequest::refuse_right(const Authenticated& who, std::string_view reason) {
  send(auth_socket::refused(asked_.id, {.user = who.user, .code = auth_socket::not_authorized, .reason = reason}));
}

void AuthRequest::refuse(const sasl::Mechanism& mechanism, const NotAuthenticated& why) {
  if (why.why == Why::failed)
    log(LogEvent::Level::warning, "login failed", why.user, std::string(mechanism.name) + ": " + why.detail);
  if (why.why == Why::may_not_act) log(LogEvent::Level::warning, "login refused", why.user, why.detail);
  Refusal refusal{.user = why.user, .reason = words(why.why)};
  if (why.why == Why::may_not_act) refusal.code = auth_socket::not_authorized;
  if (why.why == Why::failed && why.error != Error::wrong_password) refusal.code = auth_socket::temporary;
  send(auth_socket::refused(asked_.id, refusal));
}

void AuthRequest::send(std::string line) const {
  if (!cancelled_) send_(std::move(line));
}

void AuthRequest::log(LogEvent::Level level, std::string_view what, std::string_view user,
                      std::string_view detail) const {
  const std::string service = asked_.origin.service.substr(0, longest_service);
  context_.log.write(address_, {level, what, user, service + (service.empty() ? "" : ": ") + std::string(detail)});
}

}  // namespace postbag::server
