// OAUTHBEARER (RFC 7628) and XOAUTH2, its older relative of Google. Both carry a bearer token (RFC 6750).

#include <utility>

#include "core/ascii.h"
#include "core/take.h"
#include "protocol/sasl/gs2.h"
#include "protocol/sasl/make.h"
#include "protocol/sasl/names.h"

namespace postbag::sasl {

namespace {

constexpr char separator = '\x01';

struct Bearer {
  std::string user;
  Secret token;
};

std::optional<std::string_view> take_pair(std::string_view& message) { return take_ended_by(message, separator); }

/// The token of "auth=Bearer token"; the scheme's name in any case. RFC 7628 section 3.1, RFC 6750 section 2.1.
std::optional<std::string_view> bearer_token(std::string_view pair) {
  constexpr std::string_view name = "auth=", scheme = "Bearer ";
  if (!pair.starts_with(name)) return std::nullopt;
  pair.remove_prefix(name.size());
  if (!ascii_iequal(pair.substr(0, scheme.size()), scheme)) return std::nullopt;
  pair.remove_prefix(scheme.size());
  while (pair.starts_with(' ')) pair.remove_prefix(1);
  if (pair.empty() || pair.find_first_of(" ,\t\r\n") != pair.npos || pair.find('\0') != pair.npos)
    return std::nullopt;
  return pair;
}

/// *(key "=" value kvsep) kvsep, with one auth. Keys that are not known are ignored: RFC 7628 section 3.1.
std::optional<Secret> token_in(std::string_view pairs) {
  std::optional<std::string_view> token;
  while (!pairs.starts_with(separator)) {
    const auto pair = take_pair(pairs);
    if (!pair || pair->find('=') == pair->npos) return std::nullopt;
    if (!pair->starts_with("auth=")) continue;
    if (token) return std::nullopt;
    token = bearer_token(*pair);
    if (!token) return std::nullopt;
  }
  if (pairs.size() != 1 || !token) return std::nullopt;
  return Secret(*token);
}

/// gs2-header kvsep *kvpair kvsep
std::optional<Bearer> oauthbearer_message(std::string_view message) {
  const auto header = take_gs2_header(message);
  if (!header || header->flag == 'p' || !message.starts_with(separator)) return std::nullopt;
  auto token = token_in(message.substr(1));
  if (!token) return std::nullopt;
  return Bearer{header->authzid, std::move(*token)};
}

/// "user=" user kvsep "auth=Bearer " token kvsep kvsep
std::optional<Bearer> xoauth2_message(std::string_view message) {
  const auto user = take_pair(message);
  if (!user || !user->starts_with("user=")) return std::nullopt;
  const std::string_view name = user->substr(5);
  auto token = token_in(message);
  if (!token || !is_user_name(name)) return std::nullopt;
  return Bearer{std::string(name), std::move(*token)};
}

/// RFC 7628 section 3.2.2. Scopes have no quotes and no backslashes: RFC 6749 section 3.3.
std::string oauthbearer_error(const std::string& scope) {
  const std::string shown = scope.empty() ? "" : R"(,"scope":")" + scope + '"';
  return R"({"status":"invalid_token")" + shown + '}';
}

std::string xoauth2_error(const std::string& scope) {
  return R"({"status":"401","schemes":"bearer","scope":")" + scope + R"("})";
}

/// How the two differ.
struct Dialect {
  std::optional<Bearer> (*read)(std::string_view message);
  std::string (*error)(const std::string& scope);
};
constexpr Dialect oauthbearer{oauthbearer_message, oauthbearer_error}, xoauth2{xoauth2_message, xoauth2_error};

class OAuth final : public Exchange {
 public:
  OAuth(const Dialect& dialect, std::string scope) : dialect_(dialect), scope_(std::move(scope)) {}

  Step respond(std::string_view message) override {
    // The error was sent, and the client has acknowledged it, whatever it said: RFC 7628 section 3.2.3.
    if (refused_) return Failed{Refusal::not_proved};
    auto bearer = dialect_.read(message);
    if (!bearer) return Failed{Refusal::malformed};
    authzid_ = std::move(bearer->user);
    return CheckToken{authzid_, std::move(bearer->token)};
  }

  /// The name in the message is only who the client wants to be; who it is says the token.
  Step token_checked(const std::optional<std::string>& user) override {
    if (user) return Done{*user, std::move(authzid_), {}};
    refused_ = true;
    return Challenge{dialect_.error(scope_)};
  }

 private:
  const Dialect& dialect_;
  const std::string scope_;
  std::string authzid_;
  bool refused_ = false;
};

}  // namespace

MadeExchange make_oauthbearer(const Surroundings& around) {
  return std::make_unique<OAuth>(oauthbearer, around.oauth_scope);
}
MadeExchange make_xoauth2(const Surroundings& around) {
  return std::make_unique<OAuth>(xoauth2, around.oauth_scope);
}

}  // namespace postbag::sasl
