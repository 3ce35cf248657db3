#include "async/net/layered_stream.h"

#include <chrono>
#include <utility>

namespace postbag::async {

namespace {

/// While more bytes wait to be sent, nothing is decoded: that can cause answers.
constexpr std::size_t most_unsent = std::size_t{32} * 1024;
/// Whoever writes has a shorter patience.
constexpr std::chrono::hours endless{24 * 365};

}  // namespace

LayeredStream::LayeredStream(Stream& inner)
    : Stream(inner.loop(), inner.peer()), inner_(inner), signal_(inner.loop()) {
  if (!inner.is_local()) set_not_local();
}

LayeredStream::~LayeredStream() {
  inner_.notify(nullptr);
  inner_.resume();
}

void LayeredStream::establish() {
  inner_.notify(&signal_);
  if (!wants_input_) inner_.pause();
  receiving_.emplace(loop(), receive(), [this](const std::exception_ptr&) { close(); });
}

// ---- in ----

Task<void> LayeredStream::receive() {
  while (!is_closed()) {
    decode_all();
    co_await signal_.wait();
  }
}

void LayeredStream::decode_all() {
  if (inner_.is_leaving()) noticed_end();
  while (wants_input_ && !ended() && out_.size() < most_unsent && decode()) {
  }
  send();
  if (failed_ || inner_.is_closed()) close();
}

void LayeredStream::want_read(bool wanted) {
  wants_input_ = wanted;
  if (!is_established()) return;
  if (!wanted) return inner_.pause();
  inner_.resume();
  signal_.set();  // there may be bytes already
}

// ---- out ----

std::optional<std::size_t> LayeredStream::try_write(std::string_view bytes) {
  if (is_sending()) return 0;
  if (encoded_ == 0 && !bytes.empty()) {
    const auto taken = encode(bytes);
    if (!taken) return std::nullopt;
    encoded_ = *taken;
    send();
  }
  if (inner_.is_closed()) return std::nullopt;
  return is_sending() ? 0 : std::exchange(encoded_, 0);
}

void LayeredStream::send() {
  if (sending_ || out_.empty()) return;
  const std::size_t sent = inner_.write_some(out_);
  out_.erase(0, sent);
  if (out_.empty())
    std::string().swap(out_);
  else
    sending_.emplace(loop(), send_rest(), [this](const std::exception_ptr&) { sent_rest(); });
}

Task<void> LayeredStream::send_rest() {
  bool sent = true;
  while (sent && !out_.empty()) {
    const std::string bytes = std::exchange(out_, {});
    sent = co_await inner_.write(bytes, endless);
  }
  if (!sent) fail();  // some of it is lost
}

void LayeredStream::sent_rest() {
  sending_.reset();
  if (failed_ || inner_.is_closed()) return close();
  signal_.set();
  became_writable();
}

// ---- the end ----

void LayeredStream::do_close() {
  if (is_established() && !failed_ && !is_sending()) encode_end();
  if (is_established() && !failed_ && !sending_ && !out_.empty()) inner_.write_some(out_);
  inner_.close();
}

}  // namespace postbag::async
