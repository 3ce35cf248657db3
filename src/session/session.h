// One IMAP connection from greeting to BYE.
//
// Invariants:
// - The account is bound once, at login, and never changes; commands reach mail only through it.
// - Commands run one after another in the order they came, so pipelining has no ambiguity (RFC 9051 section 5.5).
// - Nothing is sent while the store is held; what a commit changed is told after it, in commit order.
// - The client's view changes only in sync(): EXPUNGE has one place that may send it.
// - After any co_await the mailbox may be gone: commands look at Selected again, the store checks for itself.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/signal.h"
#include "async/stream.h"
#include "async/task.h"
#include "protocol/command_reader.h"
#include "protocol/response/writer.h"
#include "session/account.h"
#include "session/context.h"
#include "session/reply.h"
#include "session/selected.h"

namespace postbag {

/// Loop thread only. The stream and the context must outlive run().
class Session {
 public:
  Session(const Context& context, async::Stream& stream);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Greets, serves and returns when the connection is over; closes the stream. Throws nothing.
  async::Task<void> run();
  /// Says BYE with these words as soon as no command runs, and ends. Ignored when the session ends already.
  void shut_down(std::string words);
  bool is_logged_in() const { return account_ != nullptr; }
  /// Nothing before login.
  std::optional<AccountId> account_id() const;

  // ---- for commands ----

  const Context& context() const { return context_; }
  async::Stream& stream() { return stream_; }
  /// The mail of whom this session belongs to. Only after login.
  Account& account() { return *account_; }

  /// Appends a response to what will be sent; see flush().
  protocol::Writer respond() { return protocol::Writer(out_, charset()); }
  protocol::Charset charset() const { return rev2_ ? protocol::Charset::utf8 : protocol::Charset::seven_bit; }
  /// Sends what was responded so far, waiting for the client to take it. False when the client is gone: the command
  /// should end then.
  async::Task<bool> flush();
  /// flush() when much has gathered.
  async::Task<bool> flush_if_large();

  /// Whether ENABLE IMAP4rev2 was given. RFC 9051 section 6.3.1.
  bool rev2() const { return rev2_; }
  void enable_rev2() { rev2_ = true; }

  /// The selected mailbox; only in selected state.
  Selected& selected() { return *selected_; }
  bool has_selected() const { return selected_.has_value(); }
  void select(Selected selected) { selected_.emplace(std::move(selected)); watch_selected(); }
  void unselect();

  /// Binds this session to its account; called once, by LOGIN or AUTHENTICATE.
  void log_in(std::shared_ptr<Account> account, std::string user);
  const std::string& user() const { return user_; }
  /// After this command the connection ends (LOGOUT).
  void log_out() { ending_ = true; }

  /// Counts a failed login; true when it was one too many and the connection has to end.
  bool count_failed_login();

  enum class Expunge : unsigned char { told, held };
  /// Tells what changed in the selected mailbox since the client was last told. `held`: never EXPUNGE, for FETCH, STORE
  /// and SEARCH (RFC 9051 section 7.5.1). Changes made at `own` were told already and are passed over.
  async::Task<void> sync(Expunge expunge, std::optional<ModSeq> own = std::nullopt);

  /// The next raw line of the client (SASL response, DONE), without its CRLF. Nothing when the connection is over or the
  /// time is; `on_wake` runs whenever something else happened meanwhile.
  async::Task<std::optional<std::string>> read_line(async::Deadline deadline);
  /// For IDLE: waits for input or for a change of the selected mailbox. False when the connection is over.
  enum class Woken : unsigned char { input, change, over };
  async::Task<Woken> wait_for_input_or_change();
