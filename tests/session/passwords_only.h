// An Authenticator for tests, without SCRAM and tokens.
#pragma once

#include <string>

#include "session/context.h"

namespace postbag::test {

class PasswordsOnly : public Authenticator {
 public:
  sasl::Needs abilities() const override { return sasl::needs::password; }
  std::string oauth_scope() const override { return {}; }
  async::Task<Result<sasl::ScramKeys>> find_keys(std::string, sasl::Hash, Peer&) override {
    co_return std::unexpected(Error::wrong_password);
  }
  async::Task<Result<std::string>> check_token(const Secret&, Peer&) override {
    co_return std::unexpected(Error::wrong_password);
  }
  async::Task<Result<Login>> finish(std::string, bool, Peer&) override {
    co_return std::unexpected(Error::wrong_password);
  }
  async::Task<Result<Login>> act_as(Login, std::string) override {
    co_return std::unexpected(Error::not_permitted);
  }
  async::Task<std::string> moved_to(AccountId) override { co_return std::string(); }
};

}  // namespace postbag::test
