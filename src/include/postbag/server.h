// postbag: an IMAP server that lives inside your process. This header is all a host needs.
//
//     postbag::ServerOptions options;
//     options.listen = {"127.0.0.1:0"};                       // no data_dir: all mail is in memory
//     auto server = postbag::Server::open(std::move(options)).value();
//     server.add_account("alice", "secret").value();
//     server.start(*uv_default_loop()).value();               // or server.start(): on a thread of its own
//     std::puts(server.addresses().front().c_str());          // 127.0.0.1:41213
//     uv_run(uv_default_loop(), UV_RUN_DEFAULT);              // until server.stop(...) has done its work
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct uv_loop_s;

namespace postbag {

/// Why a call of the host failed.
enum class Cause : std::uint8_t {
  bad_option,     ///< an option, or a limit's name or value, is invalid; nothing was changed
  in_use,         ///< another process holds the data directory
  cannot_listen,  ///< an address is in use, or is not one of this machine
  broken,         ///< the disk or a database failed; see text
  stopped,        ///< the server is not running (not started, or stopped)
  no_such_account,
  account_exists,
  invalid_name,  ///< of an account or a mailbox
  no_such_mailbox,
  message_too_big,
  refused,          ///< any other reason why a message cannot be stored now; see text
  started,          ///< the server was started before; a server starts only once
  invalid_message,  ///< the message contains NUL and can never be stored as it is
};

/// `text` is one line for people, in English.
struct Failure {
  Cause cause;
  std::string text;
};

template <class T>
using Expected = std::expected<T, Failure>;

/// One event. The views are valid only during the call. `user` and `detail` may contain bytes sent by a client:
/// escape them before you print them.
struct LogLine {
  enum class Level : std::uint8_t { debug, info, warning, error };
  Level level;
  std::string_view what;  ///< a few fixed words, such as "login failed"
  std::string_view peer;  ///< "192.0.2.1:40000", "memory", or empty when the event concerns no connection
  std::string_view user;
  std::string_view detail;
};

/// One of the limits on what a client can send or use.
struct LimitInfo {
  std::string_view name;  ///< the name in ServerOptions::limits and in the configuration's [limits] table
  std::string_view unit;  ///< "bytes", "seconds" or "" for a plain count
  std::uint64_t usual;    ///< the default
  std::uint64_t least;    ///< the smallest value that may be set
  std::uint64_t most;     ///< the largest value that may be set
};

/// All limits, in the order of the documentation. The vector lives as long as the process.
const std::vector<LimitInfo>& known_limits();

/// How long each mailbox remembers which messages were expunged. A client that reconnects within these bounds
/// is told exactly which messages were expunged meanwhile (RFC 7162). A client that was away longer is told of
/// every UID that it asks about and that does not exist any more. The bound that is reached first applies.
struct History {
  static constexpr std::uint64_t most_ranges = 10'000'000;
  static constexpr std::uint64_t most_days = 36'500;
  std::uint64_t ranges = 20'000;  ///< runs of UIDs, about 3 bytes each on the disk; 1 to most_ranges
  std::uint64_t days = 180;       ///< 1 to most_days
};

/// How a name finds an account: at login, for delivery, and in account management. Names are compared without
/// regard to case, width and composition of characters (RFC 8265 section 3.3): "Bob@Example.org" means
/// "bob@example.org". A new account is stored under its folded name. Accounts created by older versions under
/// other spellings keep their names and are still found. When two of them differ only in such spelling, each is
/// found by its exact name, and every other spelling means the folded name.
struct AccountNames {
  /// For example "example.org": then "bob" and "bob@example.org" are the same account, stored as "bob". Empty: no
  /// default domain.
  std::string default_domain = {};
  /// Mail for "bob+lists" is delivered to "bob" unless an account with the whole name exists (RFC 5233). Login
  /// never uses this. Empty: mail is not redirected in this way.
  std::string detail_separator = "+";
};

/// True when ServerOptions::names accepts them: the domain contains no blanks and no '@', and the separator is one
/// of + - _ = . # ! or empty.
bool is_account_names(const AccountNames& names);

/// True when ServerOptions::listen accepts that text.
bool is_listen_address(std::string_view text);

/// True when ServerOptions::proxies accepts that text.
bool is_network(std::string_view text);

/// Binds an address of ServerOptions::listen and listens now, for a host that gives up the right to do so before it
/// opens the server. Yields "fd:N" for ServerOptions::listen; the descriptor is the host's until the start. A Unix
/// socket's file is then the host's to remove. Causes: bad_option, cannot_listen.
Expected<std::string> listen_early(std::string_view address);

/// When a change of flags (STORE, \Seen set by FETCH) is acknowledged. All other changes are acknowledged only
/// when they are on the disk.
enum class FlagDurability : std::uint8_t {
  full,  ///< when it is on the disk
  /// When it would survive the end of the process; it reaches the disk within a second. A power failure may undo
  /// the flag changes of that second; to clients all flags of the affected mailboxes then count as changed.
  relaxed,
};

/// When an account on the disk has an index of its messages' texts, so that SEARCH TEXT and BODY need not read
/// every message. It usually takes at most half the size of the texts and is updated in the background, which costs
/// more than taking the message did.
enum class SearchIndex : std::uint8_t {
  never,          ///< an existing index is removed
  when_searched,  ///< from the account's first such search of more than 32 messages on, which reads them itself
  always,
};

/// A user name and password sent by a client. The host decides whether they are correct.
struct LoginAttempt {
  std::string user;      ///< as the client sent it; AccountNames says which account it means
  std::string password;  ///< wipe your copies
  std::string peer;
};

/// A certificate of the server, in PEM.
struct TlsCertificate {
  std::string chain;  ///< the server's certificate first, then the intermediate ones
  std::string key;    ///< its private key, without a passphrase
};

enum class TlsVersion : std::uint8_t { tls12, tls13 };

/// TLS as RFC 9325 recommends it: 1.2 and 1.3, forward secrecy and authenticated encryption only, no renegotiation,
/// no compression, session tickets with keys that change every 12 hours.
struct TlsOptions {
  /// Empty: no TLS. A client that names a host (SNI) gets the certificates whose subjectAltName has that name or
  /// its wildcard: of several, the first for each kind of key. All others get the first certificate.
  std::vector<TlsCertificate> certificates = {};
  /// Certificates of the authorities whose clients may identify themselves by a certificate, in PEM. A client may
  /// come without one; one that is not valid ends the handshake. Empty: clients are not asked.
  std::string client_ca = {};
  TlsVersion minimum = TlsVersion::tls12;
};

/// A bearer token sent by a client with OAUTHBEARER (RFC 7628) or XOAUTH2. The host decides whose it is.
struct TokenAttempt {
  std::string token;  ///< wipe your copies
  std::string peer;
};

/// Checks tokens that are JSON Web Tokens (RFC 7519, RFC 9068) with a key that is known here, without asking
/// anybody.
struct TokenKeys {
  /// "RS256", "ES256", "EdDSA" or "HS256". A token that names another algorithm is refused.
  std::string algorithm = {};
  /// The public key in PEM; for HS256 the shared secret, at least 32 bytes. Empty: no tokens are accepted.
  std::string key = {};
  std::string issuer = {};    ///< what "iss" has to be. Must not be empty
  std::string audience = {};  ///< what "aud" has to be or to contain. Must not be empty
  std::string claim = "sub";  ///< which claim names the user
};

/// Unix sockets on which mail servers ask by the Dovecot authentication protocol, version 1.2: "unix:/path", or
/// empty for none. The server believes whoever may connect which address a client has; delays count by it.
struct AuthSockets {
  /// Who may send mail: Postfix (smtpd_sasl_type = dovecot), Exim. The mechanisms are those of IMAP that need
  /// neither channel binding nor certificate. Only clients of this machine, and those that the asker calls secured,
  /// can log in; passwords for reading are refused.
  std::string logins = {};
  /// Is there an account that gets mail for this name? (USER, of userdb lookups.)
  std::string users = {};
  bool for_group = false;  ///< mode 0660 instead of 0600
};

/// True when AuthSockets accepts that text.
bool is_auth_socket(std::string_view text);

/// Example: `ServerOptions{.listen = {"127.0.0.1:0"}, .workers = 0}`
struct ServerOptions {
  static constexpr std::size_t most_workers = 256;
  static constexpr std::chrono::seconds longest_idle = std::chrono::weeks{1};

  /// Where mail and accounts are stored; created when it does not exist. Empty: everything is in memory and is
  /// lost with the server.
  std::string data_dir = {};
  /// "127.0.0.1:143", "[::1]:0" (any free port) or "unix:/path" (mode 0600). "fd:3": a descriptor of this process
  /// that listens already; from start() on it is the server's, also when start() fails. May be empty: see
  /// Server::connect.
  std::vector<std::string> listen = {};
  /// The same for implicit TLS (RFC 8314), which the client begins at once; usually port 993. Needs a certificate.
  std::vector<std::string> listen_tls = {};
  /// Where proxies connect from: "192.0.2.0/24", "2001:db8::1" or "unix" (any Unix socket). Each of their
  /// connections must begin with a header of the PROXY protocol, version 1 or 2; limits, delays and the log then
  /// concern the client that it names. The header of anybody else is refused as a command that does not exist.
  std::vector<std::string> proxies = {};
  /// With a certificate, clients may use STARTTLS on all connections but those to `listen_tls`. The private keys
  /// are wiped here when the server was opened.
  TlsOptions tls = {};
  /// False: open() fails when `listen` has an address beyond this machine and there is no certificate. True: it
  /// listens there, but without TLS only clients of this machine (loopback, Unix sockets) can log in.
  bool allow_plaintext = false;
  /// Number of threads that access mail. Each account stays with one of them while it is open. 0: everything runs
  /// on the loop's thread, which then waits for the disk and for password hashes (about 0.1 s each). At most
  /// most_workers.
  std::size_t workers = 2;
  AccountNames names = {};
  AuthSockets auth = {};
  /// Limits by name. Limits that are not named have their defaults.
  std::vector<std::pair<std::string, std::uint64_t>> limits = {};
  History history = {};
  FlagDurability flags = FlagDurability::full;
  SearchIndex search_index = SearchIndex::when_searched;
  /// Called on the loop's thread, one call at a time. Must not block. Empty: nothing is logged.
  std::function<void(const LogLine&)> log = {};
  /// Returns seconds since 1970-01-01T00:00:00Z. Called from any of the server's threads. Empty, or while it
  /// throws: the system clock is used.
  std::function<std::int64_t()> clock = {};
  /// Decides who may log in, instead of the passwords given to add_account. An account is created at its first
  /// successful login. Called on the loop's thread; must not block. `decide` may be called from any thread, during
  /// the call or later, even after the server was destroyed; only the first call counts. When the last copy of
  /// `decide` is destroyed without a call, the login is refused. When the callback throws, the login is refused
  /// with UNAVAILABLE, so that the client tries again. Empty: the passwords given to add_account decide.
  std::function<void(LoginAttempt attempt, std::function<void(bool right)> decide)> authenticate = {};
  /// Decides whose token it is, for OAUTHBEARER and XOAUTH2, for example by asking the issuer (RFC 7662). `decide`
  /// gets the user's name, or nothing when the token is not valid; the rest is as with `authenticate`. The account
  /// has to exist. Empty: see token_keys.
  std::function<void(TokenAttempt attempt, std::function<void(std::optional<std::string> user)> decide)>
      authenticate_token = {};
  /// Checks tokens when there is no `authenticate_token`. Without both, tokens are not accepted.
  TokenKeys token_keys = {};
  /// Named to clients whose token is refused (RFC 7628 section 3.2.2).
  std::string token_scope = {};
  /// True: clients may log in with SCRAM-SHA-256. It fails, although the password is right, with application
  /// passwords, and until the first login that sends the password for an account that was imported with any other
  /// hash than PLAIN or SCRAM-SHA-256: clients that try nothing else when it fails need false. Ignored with
  /// `authenticate`.
  bool scram = true;
  /// True: where `scram` is, clients may also log in with SCRAM-SHA-1. Its keys are stored at a user's next login
  /// that sends the password; who steals them can try passwords faster than with those of SCRAM-SHA-256.
  bool scram_sha1 = false;
  /// How long an account's files stay open after their last use; 0 to longest_idle.
  std::chrono::seconds close_idle_after{30};
};

/// A message that the host delivers to an account.
struct Message {
  std::string user;
  std::string mailbox = "INBOX";  ///< UTF-8; '/' separates levels
  std::string bytes = {};         ///< RFC 5322; lines end in CRLF
};

/// Where a message was stored.
struct Delivered {
  std::uint32_t uid_validity;
  std::uint32_t uid;
};

/// A message that is delivered in pieces. Methods may be called from any thread except the loop's, one at a time;
/// they block until the piece is stored. When it is destroyed before finish(), nothing of the message remains.
class Delivery {
 public:
  Delivery(Delivery&&) noexcept;
  Delivery& operator=(Delivery&&) noexcept;
  ~Delivery();

  /// After a failure, every later call fails too, and nothing of the message is delivered.
  Expected<void> write(std::string_view bytes);
  /// Delivers the message. When this returns a value, the message with all its bytes is on the disk, and sessions
  /// are notified of it. May be called once; every later call fails.
  Expected<Delivered> finish();

 private:
  friend class Server;
  struct Impl;
  explicit Delivery(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The host's end of an IMAP connection without a socket. Methods may be called from any thread. The destructor
/// hangs up.
class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Sends bytes from the client to the server. Bytes that the server cannot use yet are kept in memory without a
  /// limit: the host is responsible for the amount.
  void send(std::string bytes);
  /// Ends the client's side of the connection. Answers to what was sent still arrive.
  void hang_up();

 private:
  friend class Server;
  struct Impl;
  explicit Connection(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// What a server has written since open().
struct Counters {
  std::uint64_t writes = 0;   ///< committed changes of mail: an APPEND, a MOVE or a STORE counts as one
  std::uint64_t commits = 0;  ///< transactions; changes of one account that arrive together share one
  std::uint64_t syncs = 0;    ///< how often the server waited for the disk
};

/// Methods may be called from any thread unless their comment says otherwise. After a move the source behaves like
/// a server that is not running.
///
/// Callbacks: an exception from a callback is logged ("callback of the host failed") and fails only the operation
/// concerned. `done`, `closed` and `stopped` are called exactly once. While the server runs, callbacks are called
/// on the loop's thread; otherwise within the host's call. Inside a callback the host may do anything except
/// block; it may destroy the server.
class Server {
 public:
  /// Opens the data directory and migrates it when it is from an older version. Does not bind or start anything
  /// yet. Causes: in_use when another process holds the directory, bad_option, broken.
  static Expected<Server> open(ServerOptions options);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  /// Stops at once, even when stop() gave more time, and waits for the server's own thread. Calls every
  /// outstanding `done`, `closed` and `stopped` before it returns; no callback is called afterwards. A server in a
  /// host's loop must be destroyed on the loop's thread; some handles close in the next round of uv_run. Inside a
  /// callback the destructor does not wait: the rest is destroyed after the callback has returned, while the loop
  /// runs. On a thread other than the host loop's, all of it happens later on the loop's thread.
  ~Server();

  /// Binds, and serves on a thread of its own until stop(). Can succeed once in a server's life; may be called
  /// again after a failure. Causes: cannot_listen, started, stopped, broken (no more threads or descriptors).
  Expected<void> start();
  /// Like start(), but in the host's loop, which the host runs. Call it on the loop's thread. The loop stays alive
  /// until stop() has finished. The server uses neither libuv's thread pool nor the process's signals.
  Expected<void> start(uv_loop_s& loop);
  /// The addresses it listens on, with the actual ports, in the order of ServerOptions::listen. Empty before
  /// start().
  std::vector<std::string> addresses() const;
  /// The same for ServerOptions::listen_tls.
  std::vector<std::string> tls_addresses() const;
  /// Uses other certificates and settings for connections that begin TLS from now on; those that have it keep
  /// theirs, and none ends. At any time after open(). When it fails nothing has changed. Session tickets of before
  /// are not accepted any more. Cause: bad_option, also when there is no certificate.
  Expected<void> reload_tls(TlsOptions options);
  /// For monitoring and tests; cheap.
  Counters counters() const;
  /// Calls `what` on the loop's thread soon. False, and it is never called, while the server does not run; it is
  /// not called either when the server ends before. Also a watch: a loop that is stuck calls nothing.
  bool call_soon(std::function<void()> what);
  /// Accepts no new connections, and sends BYE to each open connection when its command is done. Connections still
  /// open after `grace` (at most a week) are closed. All acknowledged changes are on the disk. Returns at once;
  /// `stopped` is called on the loop's thread at the end. A second call adds its `stopped`, and the shorter grace
  /// applies. Before start(): `stopped` is called at once, and start() fails from then on.
  void stop(std::chrono::milliseconds grace, std::function<void()> stopped = {});
  /// Blocks until stop() has finished and `stopped` has returned. On the loop's thread it returns at once.
  void wait();

  /// Management of accounts with passwords. These calls block for the disk and for a password hash (about 0.1 s).
  /// A name is UTF-8 of at most 255 bytes; a password has 1 to 1024 bytes and no NUL. Causes: account_exists,
  /// no_such_account, invalid_name, bad_option (the password), broken.
  Expected<void> add_account(std::string_view name, std::string_view password);
  Expected<void> set_password(std::string_view name, std::string_view password);
  /// Ends the account's sessions with BYE. Its mail is deleted when a server opens the data directory the next
  /// time.
  Expected<void> remove_account(std::string_view name);
  /// Account names in rising order.
  Expected<std::vector<std::string>> accounts() const;
  /// Ends the sessions of that account with BYE, also those in which it acts for others.
  void disconnect(std::string_view name);

  /// Delivers a message to a mailbox; clients that watch the mailbox are notified at once. `done` is called on the
  /// loop's thread when the message is on the disk, or with the reason for the failure.
  void deliver(Message message, std::function<void(Expected<Delivered>)> done);
  /// Like deliver(), but in pieces, for large messages. Blocks; on the loop's thread it fails with Cause::refused.
  Expected<Delivery> begin_delivery(std::string_view user, std::string_view mailbox);

  /// Opens a connection without a socket. `receive` gets what the server sends; when it throws, the connection
  /// ends. `closed` is called once at the end. Both are called on the loop's thread. The peer counts as local, so
  /// logins with passwords are accepted without STARTTLS, which is offered here too. After a failure with
  /// Cause::stopped, `closed` is not called.
  Expected<Connection> connect(std::function<void(std::string_view)> receive, std::function<void()> closed);

 private:
  struct Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace postbag
