#include "session/session.h"

#include <cassert>
#include <exception>
#include <memory>
#include <utility>
#include <variant>

#include "session/commands.h"
#include "session/upload.h"

namespace postbag {

namespace grammar = protocol::grammar;

namespace {

std::string_view word(Reply::Status status) {
  switch (status) {
    case Reply::Status::ok: return " OK ";
    case Reply::Status::no: return " NO ";
    case Reply::Status::bad: break;
  }
  return " BAD ";
}

}  // namespace

async::Task<void> Session::run() {
  std::string failure;
  try {
    co_await serve();
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (!failure.empty()) {
    client_->log({LogEvent::Level::error, "session failed", client_->user(), failure});
    connection_.say_bye({"Internal error"});
  }
  co_await connection_.flush();
  connection_.stream().close();
  forget_literals();
}

async::Task<void> Session::serve() {
  bool alive = true;
  if (tls_ == TlsBegins::at_once) alive = co_await secure();
  if (alive) greet();
  if (alive) alive = co_await connection_.flush();
  while (alive && !connection_.is_ending()) alive = co_await step();
}

/// What a command planned, now that its answer is written: that still goes out as before, and all else after the
/// change, also BYE.
async::Task<bool> Session::change() {
  const bool alive = co_await connection_.flush();
  if (!alive) co_return false;
  switch (connection_.take_planned()) {
    case ClientConnection::Change::none: break;
    case ClientConnection::Change::encryption: co_return co_await secure();
    case ClientConnection::Change::compression: connection_.start_compression(); break;
    case ClientConnection::Change::new_client: begin_again(); break;
  }
  co_return true;
}

/// Nothing of the client that was logged in is left: not its account, not what it enabled, selected or watched. RFC
/// 8437 section 4.
void Session::begin_again() {
  forget_literals();
  client_.emplace(context_, connection_);
  bad_in_a_row_ = 0;
  if (!connection_.set_logged_out())
    connection_.say_bye({"Compression ends with UNAUTHENTICATE: nothing may follow it"});
}

/// The client has to ask for the capabilities again, and nothing that came before the handshake is known any more:
/// what came after STARTTLS has ended the connection, and what a client says about itself is not kept. RFC 9051
/// section 6.2.1.
async::Task<bool> Session::secure() {
  if (connection_.is_shut_down()) {
    connection_.break_off();  // BYE in the clear would look like somebody else's
    co_return false;
  }
  std::shared_ptr<const tls::Context> context = client_->tls_context();
  const bool secured = co_await connection_.start_tls(context, context_.tls->workers);
  if (!secured) client_->log({LogEvent::Level::warning, "TLS handshake failed", {}, connection_.tls()->failure()});
  co_return secured;
}

void Session::greet() {
  client_->respond().raw("* OK [").raw(context_.commands.capabilities(*client_)).raw("] postbag ready").crlf();
}

/// Deals with one event of the reader. False when the connection is over; BYE was said where it is due.
async::Task<bool> Session::step() {
  if (connection_.planned() != ClientConnection::Change::none) co_return co_await change();
  if (connection_.must_end()) co_return false;
  const protocol::ReaderEvent event = connection_.reader().next();
  if (const auto* command = std::get_if<protocol::Command>(&event)) co_return co_await run_command(*command);
  if (const auto* bad = std::get_if<protocol::BadCommand>(&event)) co_return co_await answer_bad(*bad);
  if (const auto* literal = std::get_if<protocol::LiteralAnnounced>(&event))
    co_return co_await answer_literal(*literal);
  if (const auto* bytes = std::get_if<protocol::LiteralBytes>(&event)) co_return co_await take_literal(*bytes);
  // What was answered so far goes out in one piece, before waiting for more.
  const bool alive = co_await connection_.flush();
  if (!alive) co_return false;
  co_return co_await connection_.receive(*this);
}

/// RFC 5465 section 3.1: "all the time (even when no command is in progress)".
async::Task<void> Session::report_news() {
  const bool held = client_->notify().selected().holds_removals;
  const RunningCommand none(*client_, held ? RunningCommand::Removals::held : RunningCommand::Removals::reported);
  co_await client_->report_news();
  client_->report_progress();
}

// ---- commands ----

async::Task<bool> Session::run_command(const protocol::Command& command) {
  RunningCommand running(*client_, command);
  connection_.expect_silence();
  Reply reply = co_await perform(command);
  running.ended(reply);
  if (connection_.is_cut_off()) co_return false;
  if (reply.status == Reply::Status::bad) {
    if (connection_.is_ending()) co_return false;  // BYE was said, nothing may follow it
    finish(running.tag(), reply);
    co_return !count_bad();
  }
  bad_in_a_row_ = 0;
  if (!connection_.is_ending()) co_await client_->report_news();
  if (reply.tells_progress) reply.code = client_->selected().progress_code();
  if (!connection_.is_ending()) client_->report_progress();
  finish(running.tag(), reply);
  co_return co_await connection_.flush_if_large();
}

/// Why it may not even begin; nothing when it may. The only place that knows what a login for reading may not do;
/// that it selects for reading only, see SELECT.
std::optional<Reply> Session::forbid(const protocol::Command& command) const {
  if (!grammar::allowed_in(command.rule, client_->state())) return Reply::bad("Command not allowed now");
  if (client_->is_read_only() && grammar::changes(command.rule))
    return Reply::no("This login is for reading only", "NOPERM");
  return std::nullopt;
}

/// The command's outcome; what the world broke becomes NO here.
async::Task<Reply> Session::perform(const protocol::Command& command) {
  if (auto forbidden = forbid(command)) co_return std::move(*forbidden);
  Reply reply;
  try {
    reply = co_await context_.commands.run(*client_, command);
  } catch (const std::runtime_error& broken) {
    reply = client_->refuse_broken(broken);
  }
  forget_literals();
  co_return reply;
}

void Session::finish(std::string_view tag, const Reply& reply) {
  protocol::Writer out = client_->respond();
  out.raw(tag).raw(word(reply.status)).code(reply.code).text(reply.text).crlf();
}

async::Task<bool> Session::answer_bad(const protocol::BadCommand& bad) {
  forget_literals();
  finish(bad.tag, Reply::bad(bad.text, bad.code));
  if (bad.must_close) say_too_large();
  co_return !count_bad() && !bad.must_close;
}

bool Session::count_bad() {
  const Limits& limits = context_.limits;
  if (++bad_in_a_row_ < (client_->is_logged_in() ? limits.bad_commands : limits.bad_commands_before_login))
    return false;
  connection_.say_bye({"Too many bad commands"});
  return true;
}

// ---- literals ----

/// TOOBIG: RFC 7888 section 5.
void Session::say_too_large() { connection_.say_bye({"Refused data too large", "TOOBIG"}); }

async::Task<bool> Session::answer_literal(const protocol::LiteralAnnounced& literal) {
  const std::string tag(literal.command.tag);
  const std::optional<Reply> reply = co_await refuse_literal(literal);
  if (!reply) {
    upload_tag_ = tag;
    accept_literal(literal);
    co_return true;
  }
  const bool must_close = connection_.reader().refuse();
  forget_literals();
  finish(tag, *reply);
  if (must_close) say_too_large();
  if (reply->status == Reply::Status::bad && count_bad()) co_return false;
  co_return !must_close;
}

void Session::accept_literal(const protocol::LiteralAnnounced& literal) {
  assert(!literal.message || client_->upload() != nullptr);
  literal.message ? connection_.reader().accept_as_stream() : connection_.reader().accept_in_memory();
  connection_.set_receiving_literal(true);
  if (literal.synchronising) client_->respond().raw("+ Ready for literal data").crlf();
}

/// A command that will fail anyway fails before its literal is sent. RFC 9051 section 4.3: what was refused is not
/// asked for.
async::Task<std::optional<Reply>> Session::refuse_literal(const protocol::LiteralAnnounced& literal) {
  std::optional<Reply> reply = forbid(literal.command);
  if (reply) co_return reply;
  try {
    reply = co_await context_.commands.refuse_literal(*client_, literal.command, literal.size, literal.message);
  } catch (const std::runtime_error& broken) {
    reply = client_->refuse_broken(broken);
  }
  co_return reply;
}

async::Task<bool> Session::take_literal(const protocol::LiteralBytes& bytes) {
  std::optional<Reply> failure;
  try {
    co_await client_->upload()->take(bytes.bytes, bytes.last);
  } catch (const std::runtime_error& broken) {
    failure = client_->refuse_broken(broken);
  }
  if (failure) {
    connection_.reader().abandon();
    finish(upload_tag_, *failure);
    forget_literals();
  }
  co_return true;
}

void Session::forget_literals() {
  connection_.set_receiving_literal(false);
  client_->drop_upload();
}

}  // namespace postbag
