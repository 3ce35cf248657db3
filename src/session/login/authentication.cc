#include "session/login/authentication.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <sodium/randombytes.h>

#include "protocol/sasl/names.h"
#include "protocol/text/base64.h"

namespace postbag {

namespace {

using Why = NotAuthenticated::Why;

/// More than any mechanism has.
constexpr std::size_t most_rounds = 8;

struct WhyWords {
  Why why;
  std::string_view words;
};
constexpr WhyWords why_words[] = {
    {Why::cancelled, "Authentication cancelled"},
    {Why::not_base64, "Invalid base64"},
    {Why::no_response, "No response"},
    {Why::malformed, "Invalid response"},
    {Why::endless, "The authentication does not end"},
    {Why::failed, ""},
    {Why::may_not_act, "Not authorized to act as another user"},
};

std::unexpected<NotAuthenticated> refused(Why why) { return std::unexpected(NotAuthenticated{.why = why}); }

std::unexpected<NotAuthenticated> failed(const std::string& user, Error error) {
  return std::unexpected(
      NotAuthenticated{.why = Why::failed, .error = error, .user = user, .detail = std::string(to_string(error))});
}

std::expected<Secret, NotAuthenticated> response_in(std::string_view line) {
  if (line == "*") return refused(Why::cancelled);  // RFC 9051 section 6.2.2
  auto bytes = protocol::base64_decoded(line);
  if (!bytes) return refused(Why::not_base64);
  return Secret(std::move(*bytes));
}

}  // namespace

std::string_view words(Why why) {
  const auto* const row = std::ranges::find(why_words, why, &WhyWords::why);
  return row == std::end(why_words) ? std::string_view() : row->words;
}

std::string way_in(std::string_view mechanism, std::string_view actor) {
  const std::string by = actor.empty() ? std::string() : ", by " + std::string(actor);
  return std::string(mechanism) + by;
}

async::Task<Result<Login>> check_password(Authenticator& authenticator, const std::string& user,
                                          const Secret& password, Peer& peer) {
  Result<Login> login = std::unexpected(Error::wrong_password);
  if (sasl::is_user_name(user) && !password.text().empty())
    login = co_await authenticator.check_password(user, password, peer);
  co_return login;
}

std::string random_nonce() {
  std::string bytes(18, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return protocol::base64_encoded(bytes);
}

async::Task<Authentication::Outcome> Authentication::run(const std::optional<Secret>& initial) {
  Next step = begin(initial);
  for (std::size_t round = 0; round < most_rounds; ++round) {
    if (!step) co_return std::unexpected(step.error());
    if (const auto* done = std::get_if<sasl::Done>(&*step)) co_return co_await finish(*done);
    if (const auto* ended = std::get_if<sasl::Failed>(&*step)) co_return co_await refuse(ended->why);
    Next following = co_await next(*step);
    step = std::move(following);
  }
  co_return refused(Why::endless);
}

Authentication::Next Authentication::begin(const std::optional<Secret>& initial) {
  if (!initial) return exchange_->begin();
  const std::string_view text = initial->text();
  const Response response = response_in(text == "=" ? std::string_view() : text);  // RFC 4959 section 3
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
  const std::optional<Secret> line = co_await responder_.ask(words);
  if (!line) co_return refused(Why::no_response);
  co_return response_in(line->text());
}

async::Task<Authentication::Next> Authentication::answer(const sasl::Challenge& challenge) {
  const Response response = co_await ask(challenge.text);
  if (!response) co_return std::unexpected(response.error());
  co_return exchange_->respond(response->text());
}

async::Task<Authentication::Next> Authentication::answer(const sasl::CheckPassword& asked) {
  const Result<Login> login = co_await check_password(authenticator_, asked.user, asked.password, peer_);
  if (!login) co_return failed(asked.user, login.error());
  login_ = *login;
  co_return exchange_->password_accepted();
}

async::Task<Authentication::Next> Authentication::answer(const sasl::FindKeys& asked) {
  user_ = asked.user;
  const Result<sasl::ScramKeys> keys = co_await authenticator_.find_keys(asked.user, asked.hash, peer_);
  if (!keys) co_return failed(user_, keys.error());
  decides_itself_ = true;
  co_return exchange_->keys_found(*keys);
}

async::Task<Authentication::Next> Authentication::answer(const sasl::CheckToken& asked) {
  user_ = asked.user;
  const Result<std::string> user = co_await authenticator_.check_token(asked.token, peer_);
  if (!user && user.error() != Error::wrong_password) co_return failed(user_, user.error());
  co_return exchange_->token_checked(user ? std::optional(*user) : std::nullopt);
}

async::Task<Authentication::Outcome> Authentication::refuse(sasl::Refusal why) {
  if (why == sasl::Refusal::malformed) co_return refused(Why::malformed);
  NotAuthenticated refusal{.why = Why::failed, .user = user_, .detail = std::string(sasl::to_string(why))};
  if (decides_itself_) {
    const Result<Login> none = co_await authenticator_.finish(user_, false, peer_);
    if (!none) refusal.error = none.error();
  }
  co_return std::unexpected(std::move(refusal));
}

async::Task<Result<Login>> Authentication::login_of(const sasl::Done& done) {
  if (login_) co_return *login_;
  co_return co_await authenticator_.finish(done.authcid, true, peer_);
}

async::Task<Authentication::Outcome> Authentication::finish(const sasl::Done& done) {
  Result<Login> login = co_await login_of(done);
  if (!login) co_return failed(done.authcid, login.error());
  const AccountId own = login->account;
  if (!done.authzid.empty()) login = co_await authenticator_.act_as(*login, done.authzid);
  if (!login)
    co_return std::unexpected(NotAuthenticated{
        .why = Why::may_not_act, .user = done.authcid, .detail = "may not act as " + done.authzid});
  std::optional<NotAuthenticated> unproved = co_await send_final(done.final_data);
  if (unproved) co_return std::unexpected(std::move(*unproved));
  const bool acts = login->account != own;
  co_return Authenticated{
      .login = *login, .user = acts ? done.authzid : done.authcid, .actor = acts ? done.authcid : std::string()};
}

async::Task<std::optional<NotAuthenticated>> Authentication::send_final(const std::string& data) {
  std::optional<NotAuthenticated> refusal;
  if (data.empty()) co_return refusal;
  const Response response = co_await ask(data);
  if (!response)
    refusal = response.error();
  else if (!response->text().empty())
    refusal = NotAuthenticated{.why = Why::malformed};
  co_return refusal;
}

}  // namespace postbag
