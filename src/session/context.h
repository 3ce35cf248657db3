// What the server hands to every session. Pure interfaces where the server has a choice; all on the loop thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "async/loop.h"
#include "async/net/address.h"
#include "async/net/stream.h"
#include "async/task.h"
#include "async/workers.h"
#include "core/clock.h"
#include "core/limits.h"
#include "core/numbers.h"
#include "core/result.h"
#include "core/wipe.h"
#include "protocol/sasl/needs.h"
#include "protocol/sasl/scram_keys.h"
#include "session/peer.h"
#include "tls/context.h"

namespace postbag {

class Account;
class Commands;

/// Who has proved to be somebody.
struct Login {
  AccountId account;
  bool read_only = false;               ///< may change nothing
  bool is_administrator = false;        ///< may act for others
  std::optional<AccountId> actor = {};  ///< the account of who acts for that one
};

/// Who may log in. Everything yields Error::wrong_password also for an unknown user, after the same time, and
/// Error::busy when too many wait. `peer` is who asks: delays grow by its address, and what may last is awaited by
/// Peer::wait(), so that nothing waits for one that went. An answer of wrong_password has counted as a failure.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  /// What it can do of password, keys, sha1_keys and token.
  virtual sasl::Needs abilities() const = 0;
  /// Named to clients whose token is refused; may be empty.
  virtual std::string oauth_scope() const = 0;

  /// The password is not empty, and lives as long as the task.
  virtual async::Task<Result<Login>> check_password(std::string user, const Secret& password, Peer& peer) = 0;
  /// What is stored for SCRAM; made up for an unknown user, never wrong_password. finish() has to follow.
  virtual async::Task<Result<sasl::ScramKeys>> find_keys(std::string user, sasl::Hash hash, Peer& peer) = 0;
  /// Whose token it is. The token lives as long as the task.
  virtual async::Task<Result<std::string>> check_token(const Secret& token, Peer& peer) = 0;
  /// The end of an exchange that was checked elsewhere: the account of `user`, if it was proved.
  virtual async::Task<Result<Login>> finish(std::string user, bool proved, Peer& peer) = 0;
  /// The account of `user`, which is `login`'s own or that for which it may act; Error::not_permitted, also when
  /// there is none. RFC 4422 section 3.4.1
  virtual async::Task<Result<Login>> act_as(Login login, std::string user) = 0;
  /// The URL of the server where the account is now, for who has proved to be it; empty: here. RFC 2221
  virtual async::Task<std::string> moved_to(AccountId account) = 0;
};

/// The mail of the accounts.
class Accounts {
 public:
  virtual ~Accounts() = default;
  /// The account's mail, shared by all its sessions, opened if nobody has it open. Error::no_such_account,
  /// Error::busy when the account has its most connections: `client` is one more until it has sent its end, or what
  /// this yields is gone, which it outlives. Throws when the store is damaged.
  virtual async::Task<Result<std::shared_ptr<Account>>> open(AccountId id, const async::Stream& client) = 0;
};

/// One line of the log; values may hold a stranger's bytes, the log escapes them.
struct LogEvent {
  enum class Level : unsigned char { debug, info, warning, error };
  Level level = Level::info;
  std::string_view what;  ///< a few fixed words: "login", "login failed", "disconnect"
  std::string_view user = {};
  std::string_view detail = {};
};

class Log {
 public:
  virtual ~Log() = default;
  /// Must not block and must not throw.
  virtual void write(const async::Address& peer, const LogEvent& event) = 0;
};

/// What connections need for TLS.
struct TlsService {
  const tls::CurrentContext& current;
  async::Workers& workers;  ///< of their own, so that handshakes keep nobody from his mail
};

/// When TLS begins on a connection.
enum class TlsBegins : unsigned char {
  on_request,  ///< by STARTTLS
  at_once,     ///< implicit TLS, RFC 8314 section 3
};

/// All of it outlives every session.
struct Context {
  async::Loop& loop;
  const Limits& limits;
  const Clock& clock;
  Authenticator& authenticator;
  Accounts& accounts;
  const Commands& commands;
  Log& log;
  const TlsService* tls = nullptr;  ///< null: no TLS
};

}  // namespace postbag
