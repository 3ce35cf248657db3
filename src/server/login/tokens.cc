#include "server/login/tokens.h"

#include <utility>

#include "server/login/host_question.h"

namespace postbag::server {

namespace {

using User = std::optional<std::string>;

class HostTokens final : public Tokens {
 public:
  explicit HostTokens(const TokenParts& parts) : parts_(parts) {}

  async::Task<Result<User>> user_of(const std::string& token, Peer& peer) override {
    const auto awaited = std::make_shared<Awaited<User>>(peer);
    bool waits = ask({token, peer.address().text()}, answer_to(awaited, parts_.poster));
    while (waits && !awaited->answer) waits = co_await peer.wait(async::never);
    if (!awaited->answer) co_return std::unexpected(Error::busy);
    co_return *awaited->answer;
  }

 private:
  bool ask(TokenAttempt attempt, std::function<void(User)> decide) {
    return parts_.calls.call("authenticate_token",
                             [&] { parts_.options.authenticate_token(std::move(attempt), std::move(decide)); });
  }

  const TokenParts parts_;
};

/// A signature takes about 0.1 ms to check: no worker is asked.
class JwtTokens final : public Tokens {
 public:
  JwtTokens(const Clock& clock, JwtChecker checker) : clock_(clock), checker_(std::move(checker)) {}

  async::Task<Result<User>> user_of(const std::string& token, Peer&) override {
    co_return checker_.user_of(token, clock_.now().seconds);
  }

 private:
  const Clock& clock_;
  const JwtChecker checker_;
};

}  // namespace

std::unique_ptr<Tokens> make_tokens(const TokenParts& parts) {
  if (parts.options.authenticate_token) return std::make_unique<HostTokens>(parts);
  if (parts.options.token_keys.key.empty()) return nullptr;
  auto checker = JwtChecker::make(parts.options.token_keys);
  // Server::open has refused keys that are wrong.
  return checker ? std::make_unique<JwtTokens>(parts.clock, std::move(*checker)) : nullptr;
}

}  // namespace postbag::server
