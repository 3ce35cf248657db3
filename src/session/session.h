// One IMAP connection from greeting to BYE: takes what the client sends, one command after another, and has it
// answered.
//
// Invariants:
// - The account is bound once, at login, and never changes; commands reach mail only through it.
// - Commands run one after another in the order they came, so pipelining has no ambiguity (RFC 9051 section 5.5).
// - Whether the session has to end is looked at before each command and each piece of one:
// ClientConnection::must_end().
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

#include "async/net/stream.h"
#include "async/task.h"
#include "protocol/command_reader.h"
#include "session/client.h"
#include "session/client_connection.h"
#include "session/context.h"
#include "session/reply.h"

namespace postbag {

using Selected = SelectedMailbox;

/// For a base class to be made of.
struct OwnsConnection {
  OwnsConnection(const Limits& limits, async::Stream& stream) : owned(limits, stream) {}
  ClientConnection owned;
};

/// Loop thread only. The stream and the context must outlive run().
class Session final : private OwnsConnection, public Client, private NewsSource {
 public:
  Session(const Context& context, async::Stream& stream);

  /// Greets, serves and returns when the connection is over, its stream closed.
  async::Task<void> run();
  /// See ClientConnection::shut_down().
  void shut_down(std::string words, async::Deadline deadline = async::never) {
    connection_.shut_down(std::move(words), deadline);
  }

  // ---- for commands, until they take a Client ----

  using Client::connection;
  using OwnMessages = postbag::OwnMessages;
  async::Stream& stream() { return connection_.stream(); }
  std::string& output() { return connection_.output_for_worker(); }
  void break_off() { connection_.break_off(); }
  bool has_to_probe() { return connection_.has_to_probe(); }
  void log_out() { connection_.end(); }
  void hold_removals() { command().hold_removals(); }
  void note_own_change(OwnChange change) { command().note_own_change(std::move(change)); }
  void note_modseqs_told() { command().note_modseqs_told(); }
  void tell_size() { selected().report_size(); }
  void tell_keywords(const std::vector<std::string>& keywords) { selected().report_keywords(keywords); }
  void tell_message(const storage::Message& message, bool flags, bool with_uid) {
    selected().report_message(message, flags, with_uid);
  }
  void tell_vanished(std::string_view head, const UidSet& uids) { selected().report_vanished(head, uids); }
  void tell_highest(ModSeq modseq) { selected().report_highest_modseq(modseq); }

 private:
  bool has_news() const override { return has_news_between_commands(); }
  async::Task<void> report_news() override;

  void greet();
  async::Task<bool> step();
  async::Task<bool> run_command(const protocol::Command& command);
  async::Task<Reply> perform(const protocol::Command& command);
  async::Task<bool> answer_bad(const protocol::BadCommand& bad);
  async::Task<bool> answer_literal(const protocol::LiteralAnnounced& literal);
  async::Task<std::optional<Reply>> refuse_literal(const protocol::LiteralAnnounced& literal);
  void accept_literal(const protocol::LiteralAnnounced& literal);
  async::Task<bool> take_literal(const protocol::LiteralBytes& bytes);
  void forget_literals();
  void finish(std::string_view tag, const Reply& reply);
  bool count_bad();

  ClientConnection& connection_ = owned;
  std::size_t bad_in_a_row_ = 0;
  std::string upload_tag_;
};

}  // namespace postbag
