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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct uv_loop_s;

namespace postbag {

/// Why the host did not get what it asked for.
enum class Cause : std::uint8_t {
  bad_option,     ///< an option, or a limit's name or value, makes no sense; nothing was touched
  in_use,         ///< another process holds the data directory
  cannot_listen,  ///< an address is taken or not ours
  broken,         ///< the disk or a database failed; see text
  stopped,        ///< the server is not running (any more)
  no_such_account,
  account_exists,
  invalid_name,  ///< of an account or a mailbox
  no_such_mailbox,
  message_too_big,
  refused,          ///< any other reason a message cannot be stored now; see text
  started,          ///< the server was started before: a server starts once
  invalid_message,  ///< it can never be stored as it is: it holds NUL
};

/// `text` is one line for people, in English.
struct Failure {
  Cause cause;
  std::string text;
};

template <class T>
using Expected = std::expected<T, Failure>;

/// One event. The views die with the call. `user` and `detail` may hold a stranger's bytes: escape what you print.
struct LogLine {
  enum class Level : std::uint8_t { debug, info, warning, error };
  Level level;
  std::string_view what;  ///< a few fixed words, such as "login failed"
  std::string_view peer;  ///< "192.0.2.1:40000", "memory", or empty when no connection is concerned
  std::string_view user;
  std::string_view detail;
};

/// One of the limits by which a stranger is bounded.
struct LimitInfo {
  std::string_view name;  ///< as in ServerOptions::limits and the configuration's [limits] table
  std::string_view unit;  ///< "bytes", "seconds" or "" for a plain count
  std::uint64_t usual;    ///< what holds when nothing is said
  std::uint64_t least;    ///< what may be set: from least
  std::uint64_t most;     ///< to most
};

/// All limits there are, in the order of the documentation. Lives as long as the process.
const std::vector<LimitInfo>& known_limits();

/// How far back each mailbox remembers which messages went, so that a client that was away hears of them one by one
/// (RFC 7162); one that was away longer gets the list of what is left instead. Whichever bound is met first counts.
struct History {
  static constexpr std::uint64_t most_ranges = 10'000'000;
  static constexpr std::uint64_t most_days = 36'500;
  std::uint64_t ranges = 20'000;  ///< runs of UIDs, some 3 bytes each on the disk; 1 to most_ranges
  std::uint64_t days = 180;       ///< 1 to most_days
};

/// How names find accounts, everywhere: at login, for mail, and for whoever manages accounts. Without regard to
/// case, width and composition of characters (RFC 8265 section 3.3): people type "Bob@Example.org" and mean
/// "bob@example.org", and no two of them should be different people. New accounts are kept under the folded name.
/// Accounts that were made before with other letters keep their names and are found; of two that differ in nothing
/// else each is found by its exact name, and other spellings mean the folded one.
struct AccountNames {
  /// Such as "example.org": then "bob" and "bob@example.org" are the same account, kept as "bob". Empty: none.
  std::string default_domain = {};
  /// Mail for "bob+lists" goes to "bob" unless there is an account of the whole name (RFC 5233); nobody logs in
  /// like that. Empty: it does not.
  std::string detail_separator = "+";
};

/// Whether ServerOptions::names takes them: a domain without blanks and '@', a separator that is one of + - _ = . #
/// !
bool is_account_names(const AccountNames& names);

/// Whether ServerOptions::listen takes that text.
bool is_listen_address(std::string_view text);

/// When a change of flags (STORE, \Seen by FETCH) is acknowledged. All other changes are always on the disk by
/// then.
enum class FlagDurability : std::uint8_t {
  full,  ///< when it is on the disk
  /// When it is safe against the end of the process; it is on the disk within a second. A power loss may take the
  /// flags of that second back, and clients then find all flags of such mailboxes changed.
  relaxed,
};

/// Somebody gives a name and a password; the host says whether they are right.
struct LoginAttempt {
  std::string user;      ///< as the client wrote it; the account is found by AccountNames
  std::string password;  ///< wipe your copies
  std::string peer;
};

/// Example: `ServerOptions{.listen = {"127.0.0.1:0"}, .workers = 0}`
struct ServerOptions {
  static constexpr std::size_t most_workers = 256;
  static constexpr std::chrono::seconds longest_idle = std::chrono::weeks{1};

  /// Where mail and accounts are kept, made when missing; empty: in memory, gone with the server.
  std::string data_dir = {};
  /// "127.0.0.1:143", "[::1]:0" (any free port) or "unix:/path" (mode 0600). May be empty: see Server::connect.
  std::vector<std::string> listen = {};
  /// Threads for mail; each account stays with one of them while it is open. 0: everything runs on the loop's
  /// thread, which then waits for the disk and for password hashes (some 0.1 s each). At most most_workers.
  std::size_t workers = 2;
  AccountNames names = {};
  /// By name; those not named have their usual value.
  std::vector<std::pair<std::string, std::uint64_t>> limits = {};
  History history = {};
  FlagDurability flags = FlagDurability::full;
  /// Whether accounts on the disk have an index of their messages' texts, which SEARCH then need not read one and
  /// all: at most half as large as the texts. Caught up in the background. Turned off, it is removed.
  bool search_index = true;
  /// Called on the loop's thread, one call at a time. Must not block. Empty: no log.
  std::function<void(const LogLine&)> log = {};
  /// Seconds since 1970-01-01T00:00:00Z; called from any of the server's threads. Empty, or while it throws: the
  /// machine's clock.
  std::function<std::int64_t()> clock = {};
  /// Decides who may log in instead of the accounts' own passwords; an account is made at the first success. Called
  /// on the loop's thread, must not block. Call `decide` from any thread, now or later: the first call counts, also
  /// after the server is gone; when the last copy goes without a call, the login is refused. Thrown out of: refused
  /// for now. Empty: passwords given to add_account decide.
  std::function<void(LoginAttempt attempt, std::function<void(bool right)> decide)> authenticate = {};
  /// How long an account's files stay open after their last use: 0 to longest_idle.
  std::chrono::seconds close_idle_after{30};
};

/// A message the host puts into an account.
struct Message {
  std::string user;
  std::string mailbox = "INBOX";  ///< UTF-8, levels separated by '/'
  std::string bytes = {};         ///< RFC 5322, lines ending in CRLF
};

/// Where it went.
struct Delivered {
  std::uint32_t uid_validity;
  std::uint32_t uid;
};

/// A message that is being put into an account piece by piece. Methods may be called from any thread but the
/// loop's, one at a time; they block until the piece is taken. Destroyed before finish(): nothing remains.
class Delivery {
 public:
  Delivery(Delivery&&) noexcept;
  Delivery& operator=(Delivery&&) noexcept;
  ~Delivery();

  /// What fails once fails for good: every call behind it fails too, and nothing of the message is delivered.
  Expected<void> write(std::string_view bytes);
  /// When it returns a value, the message is on the disk, with all bytes written, and sessions hear of it. Once:
  /// what comes behind it is refused.
  Expected<Delivered> finish();

 private:
  friend class Server;
  struct Impl;
  explicit Delivery(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The host's end of an IMAP connection without a socket. Methods from any thread. Destroying it hangs up.
class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Bytes from the client to the server. What the server cannot use yet is kept without a bound: it is yours.
  void send(std::string bytes);
  /// The client sends no more. Answers to what it sent still come.
  void hang_up();

 private:
  friend class Server;
  struct Impl;
  explicit Connection(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// What a server has written since it was opened.
struct Counters {
  std::uint64_t writes = 0;   ///< changes of mail that were committed: an APPEND, a MOVE, a STORE is one each
  std::uint64_t commits = 0;  ///< transactions they took: changes of one account that come together share one
  std::uint64_t syncs = 0;    ///< waits for the disk
};

/// Methods may be called from any thread, but where it says otherwise. One that was moved from does not run.
///
/// Callbacks: what one throws is logged ("callback of the host failed") and fails that operation only. `done`,
/// `closed` and `stopped` are called exactly once. While the server runs all are called on the loop's thread; when
/// it does not, within the call that asked. Inside a callback the host may do anything but block, also free the
/// server.
class Server {
 public:
  /// Opens the data directory, migrating what is older; binds and starts nothing yet. Cause::in_use when another
  /// process holds the directory, bad_option, broken.
  static Expected<Server> open(ServerOptions options);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  /// Stops without grace, also when stop() gave more, and waits for its own thread. `done`, `closed` and `stopped`
  /// that are owed are called within; after it no callback is called any more. In a host's loop: call it on the
  /// loop's thread; some handles close in the next round of uv_run. Within a callback it does not wait: what is
  /// left goes when that has returned and the loop runs on. On another thread than the host's loop's it all happens
  /// there later.
  ~Server();

  /// Binds, and serves on a thread of its own until stop(). Once in a server's life, but again after it failed.
  /// Cause::cannot_listen, started, stopped, broken (no more threads or descriptors).
  Expected<void> start();
  /// The same in the host's loop, which the host runs. Call it on the loop's thread. Until stop() has done its work
  /// the loop stays alive. The server uses neither libuv's thread pool nor the process's signals.
  Expected<void> start(uv_loop_s& loop);
  /// Where it listens, with the ports that were taken, in the order of ServerOptions::listen. Empty before start().
  std::vector<std::string> addresses() const;
  /// For graphs and tests; cheap.
  Counters counters() const;
  /// No new connections; BYE to those that are open once their command is done; those that are not gone after
  /// `grace` (at most a week) are cut off. What was acknowledged is on the disk. Returns at once; `stopped` is
  /// called on the loop's thread at the end. A second call adds its `stopped`, and the shorter grace counts. Before
  /// start(): there is nothing to end, and no start any more.
  void stop(std::chrono::milliseconds grace, std::function<void()> stopped = {});
  /// Blocks until stop() has done its work and `stopped` has returned. On the loop's thread it returns at once.
  void wait();

  /// Accounts with passwords. They block for the disk and for a password hash (some 0.1 s). A name is UTF-8 of at
  /// most 255 bytes, a password of 1 to 1024 bytes without NUL. Causes: account_exists, no_such_account,
  /// invalid_name, bad_option (the password), broken.
  Expected<void> add_account(std::string_view name, std::string_view password);
  Expected<void> set_password(std::string_view name, std::string_view password);
  /// Its sessions end with BYE; its mail is deleted when the data directory is opened the next time.
  Expected<void> remove_account(std::string_view name);
  /// Names, rising.
  Expected<std::vector<std::string>> accounts() const;
  /// Ends the sessions of that account with BYE.
  void disconnect(std::string_view name);

  /// Puts a message into a mailbox; clients that watch it hear of it at once. `done` is called on the loop's thread
  /// when the message is on the disk, or with why not.
  void deliver(Message message, std::function<void(Expected<Delivered>)> done);
  /// The same piece by piece, for large messages. Blocks; on the loop's thread Cause::refused.
  Expected<Delivery> begin_delivery(std::string_view user, std::string_view mailbox);

  /// A connection without a socket. `receive` gets what the server sends (when it throws, the connection ends),
  /// `closed` is called once at the end; both on the loop's thread. The peer counts as local, so passwords are
  /// taken. Cause::stopped: then `closed` is not called.
  Expected<Connection> connect(std::function<void(std::string_view)> receive, std::function<void()> closed);

 private:
  struct Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace postbag
