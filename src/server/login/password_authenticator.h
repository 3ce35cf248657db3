// Logins with the passwords of the directory database.
#pragma once

#include <optional>
#include <string>

#include "async/workers.h"
#include "server/login/login_cache.h"
#include "server/login/logins.h"

namespace postbag::server {

/// Gives the same answer after the same time for an unknown user and for a wrong password. Loop thread only.
class PasswordAuthenticator final : public Logins {
 public:
  /// `hashing` is a separate pool with a bounded queue (Limits::password_queue), so that neither mail nor other
  /// logins wait for hashes. It must outlive this object. `scram`: which keys are offered, of keys and sha1_keys.
  PasswordAuthenticator(const LoginParts& parts, async::Workers& hashing, sasl::Needs scram)
      : Logins(parts), hashing_(hashing), scram_(scram) {}

  sasl::Needs abilities() const override;
  async::Task<Result<Login>> check_password(std::string user, const Secret& password, Peer& peer) override;
  async::Task<Result<sasl::ScramKeys>> find_keys(std::string user, sasl::Hash hash, Peer& peer) override;

 private:
  /// The login with an application password; nothing when it is none of the account's.
  async::Task<std::optional<Login>> app_login(const std::optional<storage::Account>& account,
                                              const std::string& password);
  async::Task<Result<bool>> is_right(const std::optional<storage::Account>& account, const std::string& password);
  /// Stores what is stored of new passwords and lacks here, while the password is known.
  async::Task<void> complete(const storage::Account& account, const std::string& password);

  async::Workers& hashing_;
  LoginCache cache_;
  const sasl::Needs scram_;
};

}  // namespace postbag::server
