// A server's side of a client for tests that log nobody in: no accounts, and a log that keeps nothing.
#pragma once

#include <memory>
#include <string>

#include "session/context.h"
#include "tests/session/passwords_only.h"

namespace postbag::test {

class Nobody final : public PasswordsOnly, public Accounts, public Log {
 public:
  async::Task<Result<Login>> check_password(std::string, const Secret&, Peer&) override {
    co_return std::unexpected(Error::wrong_password);
  }
  async::Task<Result<std::shared_ptr<Account>>> open(AccountId, const async::Stream&) override {
    co_return std::unexpected(Error::no_such_account);
  }
  void write(const async::Address&, const LogEvent&) override {}
};

}  // namespace postbag::test
