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
#include "session/peer.h"
#include "tls/context.h"

namespace postbag {

class Account;
class Commands;

/// Who may log in.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// The account of `user` when the password is right. Error::wrong_password also for an unknown user, after the
  /// same time; Error::busy when too many wait. Wipes its copy of the password. `peer` is who asks: delays grow by
  /// its address, and what may last is awaited by Peer::wait(), so that nothing waits for one that went.
  virtual async::Task<Result<AccountId>> authenticate(std::string user, std::string password, Peer& peer) = 0;
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
