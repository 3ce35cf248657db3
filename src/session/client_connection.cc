#include "session/client_connection.h"

#include <algorithm>
#include <variant>

namespace postbag {

namespace {

/// Of a command, until a client that has sent its end is sent a line.
constexpr std::chrono::milliseconds silence_before_probe{100};

/// Of the buffer for output, from one part of a long answer to the next: pages given back and asked for again cost
/// more than what is written into them.
constexpr std::size_t most_kept_output = 256 * 1024;

}  // namespace

ClientConnection::ClientConnection(const Limits& limits, async::Stream& stream)
    : limits_(limits),
      wire_(stream),
      signal_(stream.loop()),
      reader_(limits),
      login_deadline_(async::in(limits.login_time)) {
  use(wire_);
}

ClientConnection::~ClientConnection() { stream_->notify(nullptr); }

// ---- out ----

async::Task<bool> ClientConnection::flush() {
  const bool alive = co_await send();
  // A session that waits holds nothing: RFC-sized idle crowds are what memory is measured by.
  std::string().swap(out_);
  co_return alive;
}

async::Task<bool> ClientConnection::flush_if_large() {
  if (out_.size() < limits_.output_queue) co_return !is_cut_off();
  const bool alive = co_await send();
  if (out_.capacity() > most_kept_output) std::string().swap(out_);
  co_return alive;
}

async::Task<bool> ClientConnection::send() {
  if (broken_) co_return false;
  sent_ += out_.size();
  if (!out_.empty()) broken_ = !co_await stream_->write(out_, write_patience());
  out_.clear();
  co_return !broken_;
}

/// Before login the time to log in counts, also for a client that does not read.
std::chrono::milliseconds ClientConnection::write_patience() const {
  using std::chrono::milliseconds;
  const milliseconds patience = limits_.progress_time;
  if (logged_in_) return patience;
  const auto left = std::chrono::duration_cast<milliseconds>(login_deadline_ - std::chrono::steady_clock::now());
  return std::clamp(left, milliseconds{1}, patience);
}

void ClientConnection::Silence::begin() {
  said_ = connection_.said();
  arm();
}

void ClientConnection::Silence::arm() {
  connection_.stream_->loop().timers().arm(*this, async::in(silence_before_probe));
}

void ClientConnection::Silence::on_deadline() {
  if (connection_.said() != said_) return;
  if (connection_.has_to_probe())
    connection_.probe();
  else if (!connection_.probed_)
    arm();
}

/// Between responses, so that what is not taken now can go out with the next ones.
void ClientConnection::probe() {
  write().raw("* OK Still waiting").crlf();
  const std::size_t taken = stream_->write_some(out_);
  sent_ += taken;
  out_.erase(0, taken);
}

// ---- in ----

async::Task<bool> ClientConnection::wait(async::Deadline deadline) {
  if (must_end()) co_return false;
  if (has_to_probe()) {
    write().raw("* OK Still waiting").crlf();
    co_return co_await flush();
  }
  co_await signal_.wait(deadline);
  co_return !must_end();
}

async::Deadline ClientConnection::input_deadline() const {
  if (!logged_in_) return login_deadline_;
  return async::in(receiving_literal_ ? limits_.progress_time : limits_.autologout);
}

async::Task<ClientConnection::Wait> ClientConnection::wait_for_input(const NewsSource* news) {
  const async::Deadline until = input_deadline();
  while (stream_->input().empty()) {
    if (must_end() || stream_->ended()) co_return Wait::over;
    if (news != nullptr && news->has_news()) co_return Wait::news;
    reader_.release_memory();
    const bool woken = co_await signal_.wait(until);
    ++wakes_;
    if (woken) continue;
    say_bye({logged_in_ ? "Autologout, idle for too long" : "Login took too long"});
    co_return Wait::over;
  }
  co_return Wait::input;
}

void ClientConnection::feed_reader() {
  reader_.feed(stream_->input());
  stream_->consume(stream_->input().size());
}

async::Task<bool> ClientConnection::receive(NewsSource& news) {
  const Wait wait = co_await wait_for_input(&news);
  if (wait == Wait::over) co_return false;
  if (wait == Wait::input) {
    feed_reader();
    co_return true;
  }
  co_await news.report_news();
  co_return !broken_;
}

async::Task<std::optional<Secret>> ClientConnection::ask_line(std::string_view words, NewsSource* news) {
  reader_.expect_raw_line();
  write().raw("+ ").raw(words).crlf();
  for (;;) {
    if (must_end()) co_return std::nullopt;
    const protocol::ReaderEvent event = reader_.next();
    if (const auto* line = std::get_if<protocol::RawLine>(&event)) co_return Secret(line->text);
    if (const auto* bad = std::get_if<protocol::BadCommand>(&event)) {
      if (bad->must_close) say_bye({bad->text, "TOOBIG"});
      co_return std::nullopt;
    }
    if (news != nullptr) co_await news->report_news();
    const bool alive = co_await flush();
    if (!alive) co_return std::nullopt;
    const Wait wait = co_await wait_for_input(news);
    if (wait == Wait::over) {
      ending_ = true;
      co_return std::nullopt;
    }
    if (wait == Wait::input) feed_reader();
  }
}

// ---- layers ----

void ClientConnection::use(async::Stream& stream) {
  stream_ = &stream;
  stream_->notify(&signal_);
  stream_->set_input_limit(logged_in_ ? limits_.line_after_login : limits_.line_before_login);
  stream_->end_writes(writes_end_);
}

async::Task<bool> ClientConnection::start_tls(std::shared_ptr<const tls::Context> context,
                                              async::Workers& workers) {
  tls_ = std::make_unique<tls::Stream>(wire_, std::move(context));
  const async::Deadline until = std::min(login_deadline_, async::in(limits_.tls_handshake_time));
  is_secured_ = co_await tls_->handshake(workers, until);
  broken_ = !is_secured_;
  if (is_secured_) use(*tls_);
  co_return is_secured_;
}

void ClientConnection::start_compression() {
  compression_ = std::make_unique<compress::Stream>(*stream_);
  use(*compression_);
}

// ---- deadlines and the end ----

void ClientConnection::set_logged_in() {
  logged_in_ = true;
  reader_.set_logged_in(true);
  stream_->set_input_limit(limits_.line_after_login);
}

bool ClientConnection::set_logged_out() {
  logged_in_ = false;
  reader_.set_logged_in(false);
  login_deadline_ = async::in(limits_.login_time);
  const bool clear = !compression_ || (reader_.buffered() == 0 && !compression_->has_unread_input());
  compression_.reset();
  use(is_secured_ ? *tls_ : wire_);
  return clear;
}

void ClientConnection::count_failed_login() {
  if (++failed_logins_ >= limits_.failed_logins) say_bye({"Too many failed logins"});
}

void ClientConnection::shut_down(Bye bye, async::Deadline deadline) {
  bye_ = std::move(bye);
  writes_end_ = std::min(writes_end_, deadline);
  stream_->end_writes(writes_end_);
  if (tls_ && !is_encrypted()) tls_->close();  // within the handshake nothing can be said
  signal_.set();
}

void ClientConnection::say_bye(const Bye& bye) {
  if (ending_) return;  // it was said
  write().raw("* BYE ").code(bye.code).text(bye.words).crlf();
  ending_ = true;
}

bool ClientConnection::is_cut_off() {
  broken_ = broken_ || stream_->is_closed();
  return broken_;
}

bool ClientConnection::must_end() {
  if (is_cut_off() || ending_) return true;
  if (bye_) say_bye(*bye_);
  return ending_;
}

}  // namespace postbag
