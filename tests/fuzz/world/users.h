// Who may log in to the session target, and whose mail is whose.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/deadline.h"
#include "session/context.h"
#include "tests/session/passwords_only.h"

namespace postbag::fuzz {

/// "anna" and "bert" have mail; "reader" may read anna's, and "admin", who has hers too, may act for all of them.
/// Any password is right. "slow" is refused after a while, and whoever else at once.
class Users final : public test::PasswordsOnly, public Accounts, public Log {
 public:
  std::array<std::shared_ptr<Account>, 2> accounts;

  /// Of the account in `accounts`; nothing when nobody has that name.
  static std::optional<std::size_t> account_of(std::string_view user) {
    if (user == "bert") return 1;
    if (user == "anna" || user == "reader" || user == "admin") return 0;
    return std::nullopt;
  }

 private:
  static Result<Login> login_of(std::string_view user) {
    const auto account = account_of(user);
    if (!account) return std::unexpected(Error::wrong_password);
    return Login{
        .account = AccountId(1 + *account), .read_only = user == "reader", .is_administrator = user == "admin"};
  }
  async::Task<Result<Login>> check_password(std::string user, const Secret&, Peer& peer) override {
    const async::Deadline until = async::in(std::chrono::seconds{2});
    while (user == "slow" && std::chrono::steady_clock::now() < until)
      if (!co_await peer.wait(until)) break;
    co_return login_of(user);
  }
  async::Task<Result<Login>> act_as(Login login, std::string user) override {
    if (!login.is_administrator) co_return std::unexpected(Error::not_permitted);
    co_return login_of(user);
  }
  async::Task<Result<std::shared_ptr<Account>>> open(AccountId id, const async::Stream&) override {
    co_return accounts.at(static_cast<std::size_t>(id.value() - 1));
  }
  void write(const async::Address&, const LogEvent&) override {}
};

}  // namespace postbag::fuzz
