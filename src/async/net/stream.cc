#include "async/net/stream.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace postbag::async {

void Stream::consume(std::size_t n) {
  input_.consume(n);
  update_reading();
}

void Stream::notify(Signal* signal) {
  signal_ = signal;
  if (signal_ != nullptr && (input_.size() > 0 || ended_)) signal_->set();
  update_reading();
}

void Stream::pause() {
  paused_ = true;
  update_reading();
}

void Stream::resume() {
  paused_ = false;
  update_reading();
}

void Stream::set_input_limit(std::size_t bytes) {
  input_limit_ = bytes;
  update_reading();
}

void Stream::close() {
  if (closed_) return;
  if (writer_) finish_write(false);
  received_end();
  closed_ = true;
  if (signal_ != nullptr) signal_->set();  // also when the stream had ended before
  do_close();
}

void Stream::received(std::string_view bytes) {
  if (ended_) return;
  input_.append(bytes);
  if (signal_ != nullptr) signal_->set();
  update_reading();
}

void Stream::noticed_end() {
  if (std::exchange(leaving_, true)) return;
  if (signal_ != nullptr) signal_->set();
}

void Stream::received_end() {
  if (ended_) return;
  ended_ = leaving_ = true;
  if (signal_ != nullptr) signal_->set();
  update_reading();
}

void Stream::update_reading() {
  if (closed_) return;
  const bool wanted = signal_ != nullptr && !ended_ && !paused_ && input_.size() < input_limit_;
  if (wanted == reading_) return;
  reading_ = wanted;
  want_read(wanted);
}

bool Stream::Write::await_ready() {
  assert(!stream_.writer_ && "one write at a time");
  stream_.unsent_ = bytes_;
  stream_.patience_ = patience_;
  return stream_.advance();
}

bool Stream::advance() {
  while (!closed_ && !unsent_.empty()) {
    const std::optional<std::size_t> taken = try_write(unsent_);
    if (taken == 0U) return false;
    if (!taken) {
      close();
      break;
    }
    unsent_.remove_prefix(*taken);
    if (writer_) await_progress();
  }
  sent_ = unsent_.empty() && !closed_;
  return true;
}

std::size_t Stream::write_some(std::string_view bytes) {
  assert(unsent_.empty() && "one write at a time");
  if (closed_) return 0;
  const std::optional<std::size_t> taken = try_write(bytes);
  if (!taken) close();
  return taken.value_or(0);
}

void Stream::suspend_writer(std::coroutine_handle<> coroutine) {
  writer_ = coroutine;
  await_progress();
  want_write(true);
}

void Stream::await_progress() { loop_.timers().arm(*this, std::min(in(patience_), writes_end_)); }

void Stream::end_writes(Deadline deadline) {
  writes_end_ = std::min(writes_end_, deadline);
  if (is_armed()) await_progress();
}

void Stream::became_writable() {
  if (writer_ && !is_queued() && advance() && !closed_) finish_write(sent_);
}

void Stream::finish_write(bool sent) {
  sent_ = sent;
  disarm();
  want_write(false);
  loop_.defer(*this);
}

void Stream::on_deadline() { finish_write(false); }

void Stream::forget_writer() {
  writer_ = {};
  disarm();
  unqueue();
  if (!closed_) want_write(false);
}

void Stream::run() { std::exchange(writer_, {}).resume(); }

}  // namespace postbag::async
