#include "session/session.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>
#include <variant>

#include "session/commands.h"
#include "storage/errors.h"

namespace postbag {

namespace grammar = protocol::grammar;

namespace {

/// Whether EXPUNGE must wait: RFC 9051 section 7.5.1. UID FETCH, UID STORE and so on are other commands.
bool counts_by_number(const protocol::Command& command) {
  return !command.by_uid && grammar::holds_removals(command.rule);
}

std::string_view word(Reply::Status status) {
  switch (status) {
    case Reply::Status::ok: return " OK ";
    case Reply::Status::no: return " NO ";
    case Reply::Status::bad: break;
  }
  return " BAD ";
}

/// Of a command, until a client that has sent its end is sent a line.
constexpr std::chrono::milliseconds silence_before_probe{100};

/// What a broken world is called in the log and to the client.
struct Breakage {
  bool (*is)(const std::runtime_error& error);
  const char* logged;
  const char* text;
  const char* code;
};

template <class Kind>
bool is(const std::runtime_error& error) {
  return dynamic_cast<const Kind*>(&error) != nullptr;
}

/// RFC 5530 section 3. What is missing may come back with its volume, so a client shall try again; what belongs to
/// another account will not become this one's by that.
constexpr Breakage breakages[] = {
    {is<storage::DiskFull>, "disk full", "No space left on the disk", "OVERQUOTA"},
    {is<storage::Missing>, "mail missing", "The mail of this account is temporarily unavailable", "UNAVAILABLE"},
    {is<storage::Unavailable>, "store unavailable", "Temporarily unavailable, try again later", "UNAVAILABLE"},
    {is<storage::Foreign>, "mail of another account", "The stored mail belongs to another account", "CORRUPTION"},
    {[](const std::runtime_error&) { return true; }, "store broken", "The mail store has failed", "SERVERBUG"},
};

const Breakage& breakage_of(const std::runtime_error& error) {
  return *std::ranges::find_if(breakages, [&](const Breakage& row) { return row.is(error); });
}

}  // namespace

Session::Session(const Context& context, async::Stream& stream)
    : context_(context),
      stream_(stream),
      signal_(context.loop),
      reader_(context.limits),
      login_deadline_(async::in(context.limits.login_time)),
      notify_(signal_) {
  watch_.signal = &signal_;
  watch_.store_failed = [this] { shut_down("The mail store failed, log in again", async::in(goodbye_time)); };
  stream_.notify(&signal_);
  stream_.set_input_limit(context.limits.line_before_login);
}

Session::~Session() {
  stream_.notify(nullptr);
  if (account_) account_->unwatch(watch_);
}

async::Task<void> Session::run() {
  greet();
  std::string failure;
  try {
    bool alive = co_await flush();
    while (alive && !ending_) alive = co_await step();
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (!failure.empty()) {
    context_.log.write(stream_.peer(), {LogEvent::Level::error, "session failed", user_, failure});
    say_bye("Internal error");
  }
  co_await flush();
  stream_.close();
  drop_upload();
}

void Session::greet() {
  respond().raw("* OK [").raw(context_.commands.capabilities(*this)).raw("] postbag ready").crlf();
}

void Session::shut_down(std::string words, async::Deadline deadline) {
  bye_words_ = std::move(words);
  stream_.end_writes(deadline);
  signal_.set();
}

/// Whether the session has to end before anything more is done: asked before each command, however many wait, and
/// before each piece of one. BYE was said where it is due.
bool Session::must_end() {
  if (is_cut_off() || ending_) return true;
  if (!bye_words_.empty()) say_bye(bye_words_);
  return ending_;
}

void Session::say_bye(std::string_view words) {
  if (ending_) return;  // it was said
  respond().raw("* BYE ").text(words).crlf();
  ending_ = true;
}

/// Before login the time to log in counts, also for a client that does not read.
std::chrono::milliseconds Session::write_patience() const {
  using std::chrono::milliseconds;
  const milliseconds patience = context_.limits.progress_time;
  if (account_) return patience;
  const auto left = std::chrono::duration_cast<milliseconds>(login_deadline_ - std::chrono::steady_clock::now());
  return std::clamp(left, milliseconds{1}, patience);
}

/// Nobody is there any more, not even to read. What came and was not begun is not begun then.
bool Session::is_cut_off() {
  broken_ = broken_ || stream_.is_closed();
  return broken_;
}

async::Task<bool> Session::flush() {
  if (broken_) co_return false;
  sent_ += out_.size();
  if (!out_.empty()) broken_ = !co_await stream_.write(out_, write_patience());
  // A session that waits holds nothing: RFC-sized idle crowds are what memory is measured by.
  std::string().swap(out_);
  co_return !broken_;
}

async::Task<bool> Session::flush_if_large() {
  if (out_.size() < context_.limits.output_queue) co_return !is_cut_off();
  co_return co_await flush();
}

// ---- reading ----

/// Deals with one event of the reader. False when the connection is over; BYE was said where it is due.
async::Task<bool> Session::step() {
  if (must_end()) co_return false;
  const protocol::ReaderEvent event = reader_.next();
  if (const auto* command = std::get_if<protocol::Command>(&event)) co_return co_await run_command(*command);
  if (const auto* bad = std::get_if<protocol::BadCommand>(&event)) co_return co_await answer_bad(*bad);
  if (const auto* literal = std::get_if<protocol::LiteralAnnounced>(&event))
    co_return co_await answer_literal(*literal);
  if (const auto* bytes = std::get_if<protocol::LiteralBytes>(&event)) co_return co_await take_literal(*bytes);
  // What was answered so far goes out in one piece, before waiting for more.
  const bool alive = co_await flush();
  if (!alive) co_return false;
  co_return co_await receive();
}

/// Feeds the reader, or tells what NOTIFY asks for meanwhile. False when the connection is over; BYE was said where
/// it is due.
async::Task<bool> Session::receive() {
  const Wait wait = co_await wait_for_input(false);
  if (wait == Wait::change) {
    co_await tell_unasked();
    co_return !broken_;
  }
  if (wait != Wait::input) co_return false;
  reader_.feed(stream_.input());
  stream_.consume(stream_.input().size());
  co_return true;
}

async::Deadline Session::deadline() const {
  if (!account_) return login_deadline_;
  if (uploading_) return async::in(context_.limits.progress_time);
  return async::in(context_.limits.autologout);
}

async::Task<Session::Wait> Session::wait_for_input(bool changes_wake) {
  const async::Deadline until = deadline();
  while (stream_.input().empty()) {
    if (must_end() || stream_.ended()) co_return Wait::over;
    const bool news = changes_wake ? has_selected_news() || notify_.has_marks() : has_unasked_news();
    if (news && !news_failed_) co_return Wait::change;
    reader_.release_memory();
    const bool woken = co_await signal_.wait(until);
    news_failed_ = false;
    if (woken) continue;
    say_bye(account_ ? "Autologout, idle for too long" : "Login took too long");
    co_return Wait::over;
  }
  co_return Wait::input;
}

async::Task<bool> Session::wait(async::Deadline deadline) {
  if (must_end()) co_return false;
  if (has_to_probe()) {
    respond().raw("* OK Still waiting").crlf();
    co_return co_await flush();
  }
  co_await signal_.wait(deadline);
  co_return !must_end();
}

bool Session::has_selected_news() const {
  return selected_ && notify_.selected().messages && watch_.changed_to &&
         *watch_.changed_to > selected_->told.looked;
}

/// Whether NOTIFY wants something told although no command runs. In the middle of one there is no place for it.
bool Session::has_unasked_news() const {
  if (!notify_.is_on() || reader_.in_command()) return false;
  return notify_.has_marks() || (notify_.selected().between_commands && has_selected_news());
}

/// RFC 5465 section 3.1: "all the time (even when no command is in progress)".
async::Task<void> Session::tell_unasked() {
  co_await tell_news(notify_.selected().holds_removals ? Expunge::held : Expunge::told);
  tell_progress();
}

async::Task<std::optional<std::string>> Session::ask_line(std::string_view words) {
  reader_.expect_raw_line();
  respond().raw("+ ").raw(words).crlf();
  co_return co_await read_raw_line(false);
}

async::Task<std::optional<std::string>> Session::idle_line(std::string_view words) {
  reader_.expect_raw_line();
  respond().raw("+ ").raw(words).crlf();
  co_return co_await read_raw_line(true);
}

async::Task<std::optional<std::string>> Session::read_raw_line(bool idling) {
  for (;;) {
    if (must_end()) co_return std::nullopt;
    const protocol::ReaderEvent event = reader_.next();
    if (const auto* line = std::get_if<protocol::RawLine>(&event)) co_return std::string(line->text);
    if (const auto* bad = std::get_if<protocol::BadCommand>(&event)) {
      if (bad->must_close) say_bye(bad->text);
      co_return std::nullopt;
    }
    if (idling) {
      co_await tell_news(Expunge::told);
      tell_progress();
    }
    const bool alive = co_await flush();
    if (!alive) co_return std::nullopt;
    const Wait wait = co_await wait_for_input(idling);
    if (wait == Wait::over) {
      ending_ = true;
      co_return std::nullopt;
    }
    if (wait == Wait::change) continue;
    reader_.feed(stream_.input());
    stream_.consume(stream_.input().size());
  }
}

// ---- commands ----

void Session::Silence::begin() {
  said_ = session_.said();
  arm();
}

void Session::Silence::arm() { session_.context_.loop.timers().arm(*this, async::in(silence_before_probe)); }

void Session::Silence::on_deadline() {
  if (session_.said() != said_) return;
  if (session_.has_to_probe())
    session_.probe();
  else if (!session_.probed_)
    arm();
}

/// Between responses, so that what is not taken now can go out with the next ones.
void Session::probe() {
  respond().raw("* OK Still waiting").crlf();
  const std::size_t taken = stream_.write_some(out_);
  sent_ += taken;
  out_.erase(0, taken);
}

grammar::State Session::state() const {
  if (!account_) return grammar::State::not_authenticated;
  return selected_ ? grammar::State::selected : grammar::State::authenticated;
}

async::Task<bool> Session::run_command(const protocol::Command& command) {
  const std::string tag(command.tag);
  holds_removals_ = counts_by_number(command);
  silence_.begin();
  Reply reply = co_await perform(command);
  changes_selected_ = reply.tells_progress || !own_messages_here().empty();
  const Expunge expunge = holds_removals_ ? Expunge::held : Expunge::told;
  if (is_cut_off()) co_return false;
  if (reply.status == Reply::Status::bad) {
    if (ending_) co_return false;  // BYE was said, nothing may follow it
    finish(tag, reply);
    co_return !count_bad();
  }
  bad_in_a_row_ = 0;
  if (reply.status != Reply::Status::ok) own_change_ = {};
  if (!ending_) co_await tell_news(expunge);
  own_change_ = {};
  if (reply.tells_progress) reply.code = progress_code();
  if (!ending_) tell_progress();
  own_messages_.reset();
  changes_selected_ = false;
  finish(tag, reply);
  co_return co_await flush_if_large();
}

/// What was done stays done and acknowledged, also when the news cannot be read.
async::Task<void> Session::tell_news(Expunge expunge) {
  try {
    co_await sync(expunge);
    if (notify_.has_marks()) co_await context_.commands.tell_others(*this);
  } catch (const std::runtime_error& broken) {
    broken_store(broken);
    news_failed_ = true;
  }
}

/// The world broke under a command: it is undone, and the session goes on.
Reply Session::broken_store(const std::runtime_error& error) {
  const Breakage& breakage = breakage_of(error);
  context_.log.write(stream_.peer(), {LogEvent::Level::error, breakage.logged, user_, error.what()});
  return Reply::no(breakage.text, breakage.code);
}

/// The command's outcome; what the world broke becomes NO here. RFC 5530 section 3.
async::Task<Reply> Session::perform(const protocol::Command& command) {
  if (!grammar::allowed_in(command.rule, state())) co_return Reply::bad("Command not allowed now");
  Reply reply;
  try {
    reply = co_await context_.commands.run(*this, command);
  } catch (const std::runtime_error& broken) {
    reply = broken_store(broken);
  }
  drop_upload();
  co_return reply;
}

void Session::finish(std::string_view tag, const Reply& reply) {
  protocol::Writer out = respond();
  out.raw(tag).raw(word(reply.status));
  if (!reply.code.empty()) out.raw("[").raw(reply.code).raw("] ");
  out.text(reply.text).crlf();
}

async::Task<bool> Session::answer_bad(const protocol::BadCommand& bad) {
  drop_upload();
  finish(bad.tag, Reply::bad(bad.text));
  if (bad.must_close) say_bye("Refused data too large");
  co_return !count_bad() && !bad.must_close;
}

bool Session::count_bad() {
  const std::size_t limit = account_ ? context_.limits.bad_commands : context_.limits.bad_commands_before_login;
  if (++bad_in_a_row_ < limit) return false;
  say_bye("Too many bad commands");
  return true;
}

// ---- literals ----

async::Task<bool> Session::answer_literal(const protocol::LiteralAnnounced& literal) {
  const std::string tag(literal.command.tag);
  const std::optional<Reply> reply = co_await refuse_literal(literal);
  if (reply) {
    const bool must_close = reader_.refuse();
    drop_upload();
    finish(tag, *reply);
    if (must_close) say_bye("Refused data too large");
    if (reply->status == Reply::Status::bad && count_bad()) co_return false;
    co_return !must_close;
  }
  if (literal.message) {
    reader_.accept_as_stream();
    if (!upload_) upload_.emplace(*account_, context_.limits);
    upload_tag_ = tag;
  } else {
    reader_.accept_in_memory();
  }
  uploading_ = true;
  if (literal.synchronising) respond().raw("+ Ready for literal data").crlf();
  co_return true;
}

/// A command that will fail anyway fails before its literal is sent. RFC 9051 section 4.3: what was refused is not
/// asked for.
async::Task<std::optional<Reply>> Session::refuse_literal(const protocol::LiteralAnnounced& literal) {
  if (!grammar::allowed_in(literal.command.rule, state())) co_return Reply::bad("Command not allowed now");
  std::optional<Reply> reply;
  try {
    reply = co_await context_.commands.refuse_literal(*this, literal.command, literal.size, literal.message);
  } catch (const std::runtime_error& broken) {
    reply = broken_store(broken);
  }
  co_return reply;
}

async::Task<bool> Session::take_literal(const protocol::LiteralBytes& bytes) {
  std::optional<Reply> failure;
  try {
    co_await upload_->take(bytes.bytes, bytes.last);
  } catch (const std::runtime_error& broken) {
    failure = broken_store(broken);
  }
  if (failure) {
    reader_.abandon();
    finish(upload_tag_, *failure);
    drop_upload();
  }
  co_return true;
}

void Session::drop_upload() {
  uploading_ = false;
  upload_.reset();
}

// ---- login and selection ----

void Session::log_in(std::shared_ptr<Account> account, std::string user) {
  account_ = std::move(account);
  account_->watch(watch_);
  user_ = std::move(user);
  reader_.set_logged_in();
  stream_.set_input_limit(context_.limits.line_after_login);
}

void Session::count_failed_login() {
  if (++failed_logins_ >= context_.limits.failed_logins) say_bye("Too many failed logins");
}

void Session::enable(Feature feature) {
  const bool condstore_before = condstore();
  features_.add(feature);
  if (feature == Feature::qresync) features_.add(Feature::condstore);  // RFC 7162 section 3.2.3
  const bool condstore_now = condstore() && !condstore_before;
  if (!condstore_now || !selected_) return;
  tell_highest(selected_->told.all());
  selected_->highest_is_due = selected_->told.is_behind();
}

void Session::note_own_messages(OwnMessages own) {
  notify_.note_messages(own.mailbox, own.before, own.after);
  own_messages_ = std::move(own);
}

void Session::watch(MailboxId mailbox) {
  watch_.mailbox = mailbox;
  watch_.changed_to.reset();
}

void Session::unselect() {
  if (selected_) notify_.leave(selected_->id, selected_->told.all());
  watch_.mailbox.reset();
  watch_.changed_to.reset();
  selected_.reset();
}

}  // namespace postbag
