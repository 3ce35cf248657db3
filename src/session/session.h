// One IMAP connection from greeting to BYE: takes what the client sends, one command after another, and has it
// answered.
//
// Invariants:
// - Who asks is set once, at login, and never changes; commands reach mail only on its behalf: Client::access().
//   After UNAUTHENTICATE there is another Client, which knows nothing of the one before.
// - Commands run one after another in the order they came, so pipelining has no ambiguity (RFC 9051 section 5.5).
// - Whether the session has to end is looked at before each command and each piece of one:
//   ClientConnection::must_end().
// - Who sent its end gets answers to all it sent. When the connection broke, the running command is the last one.
// - Nothing is sent while the store is held; what a commit changed is reported after it, in commit order.
// - The client's view changes only in SelectedMailbox::sync(): EXPUNGE has one place that may send it.
// - What is known of a command lives in its RunningCommand, and goes with it.
// - After any co_await the mailbox may be gone: the store checks for itself, by the mailbox's id.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "async/net/stream.h"
#include "async/task.h"
#include "protocol/command_reader.h"
#include "session/client.h"
#include "session/client_connection.h"
#include "session/context.h"
#include "session/reply.h"

namespace postbag {

/// Loop thread only. The stream and the context must outlive run().
class Session final : private NewsSource {
 public:
  Session(const Context& context, async::Stream& stream, TlsBegins tls)
      : context_(context),
        connection_(context.limits, stream),
        client_(std::in_place, context, connection_),
        tls_(tls) {}

  /// Greets, serves and returns when the connection is over, its stream closed.
  async::Task<void> run();
  /// See ClientConnection::shut_down().
  void shut_down(Bye bye, async::Deadline deadline = async::never) {
    connection_.shut_down(std::move(bye), deadline);
  }

  /// Until when it has to be logged in.
  async::Deadline login_deadline() const { return connection_.login_deadline(); }
  bool is_logged_in() const { return client_->is_logged_in(); }
  /// The name it logged in with; empty before.
  std::string_view user() const { return client_->user(); }
  std::string_view actor() const { return client_->actor(); }

 private:
  bool has_news() const override { return client_->has_news_between_commands(); }
  async::Task<void> report_news() override;

  async::Task<void> serve();
  async::Task<bool> change();
  async::Task<bool> secure();
  void begin_again();
  void greet();
  async::Task<bool> step();
  async::Task<bool> run_command(const protocol::Command& command);
  std::optional<Reply> forbid(const protocol::Command& command) const;
  async::Task<Reply> perform(const protocol::Command& command);
  async::Task<bool> answer_bad(const protocol::BadCommand& bad);
  async::Task<bool> answer_literal(const protocol::LiteralAnnounced& literal);
  async::Task<std::optional<Reply>> refuse_literal(const protocol::LiteralAnnounced& literal);
  void accept_literal(const protocol::LiteralAnnounced& literal);
  async::Task<bool> take_literal(const protocol::LiteralBytes& bytes);
  void say_too_large();
  void forget_literals();
  void finish(std::string_view tag, const Reply& reply);
  bool count_bad();

  const Context& context_;
  ClientConnection connection_;
  std::optional<Client> client_;  ///< uses what stands above; never nothing, but another one after UNAUTHENTICATE
  TlsBegins tls_;
  std::size_t bad_in_a_row_ = 0;
  std::string upload_tag_;
};

}  // namespace postbag
