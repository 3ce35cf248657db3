#include "tls/stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <openssl/err.h>
#include <string.h>

#include "tls/describe.h"
#include "tls/error.h"
#include "tls/handles.h"
#include "tls/records.h"

namespace postbag::tls {

namespace {

/// Of inner_, which may hold one read more.
constexpr std::size_t input_limit = std::size_t{16} * 1024;
/// What fits into one record (RFC 8446 section 5.1): encrypted and sent in one piece.
constexpr std::size_t record = std::size_t{16} * 1024;

}  // namespace

/// Connects OpenSSL with in_, inner() and out(). In the handshake it must not touch inner(), as that is on another
/// thread.
class Stream::Wire final : public Records {
 public:
  explicit Wire(Stream& stream) : stream_(stream) {}
  std::size_t take(std::span<char> buffer) override;
  bool is_over() const override {
    return stream_.in_.empty() && (stream_.is_established() ? stream_.inner().ended() : stream_.in_over_);
  }
  void give(std::string_view bytes) override { stream_.out().append(bytes); }

 private:
  Stream& stream_;
};

std::size_t Stream::Wire::take(std::span<char> buffer) {
  const bool from_inner = stream_.in_.empty() && stream_.is_established();
  const std::string_view from = from_inner ? stream_.inner().input() : std::string_view(stream_.in_);
  const std::size_t taken = from.copy(buffer.data(), buffer.size());
  if (from_inner)
    stream_.inner().consume(taken);
  else
    stream_.in_.erase(0, taken);
  if (stream_.in_.empty()) std::string().swap(stream_.in_);
  return taken;
}

void Stream::FreeSsl::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Stream::Stream(async::Stream& inner, std::shared_ptr<const Context> context)
    : LayeredStream(inner), context_(std::move(context)), wire_(std::make_unique<Wire>(*this)) {}

Stream::~Stream() = default;

// ---- the handshake ----

async::Task<bool> Stream::handshake(async::Workers& workers, async::Deadline deadline) {
  inner().set_input_limit(input_limit);
  inner().notify(&signal());
  Step step = Step::needs_input;
  while (step == Step::needs_input) {
    const bool came = co_await await_input(deadline);
    if (!came) co_return false;
    step = co_await workers.least_busy().run([&] { return advance_handshake(); });
    const bool sent = co_await send_out(deadline);
    if (!sent) co_return false;
  }
  if (step == Step::done) establish();
  co_return step == Step::done;
}

async::Task<bool> Stream::await_input(async::Deadline deadline) {
  while (inner().input().empty()) {
    if (inner().ended()) {
      failure_ = is_closed() ? "the server ended it" : "the client left";
      co_return false;
    }
    const bool woken = co_await signal().wait(deadline);
    if (woken) continue;
    failure_ = "it took too long";
    co_return false;
  }
  in_.append(inner().input());
  inner().consume(inner().input().size());
  in_over_ = inner().ended();
  co_return true;
}

/// On a worker: uses in_ and out() only.
Stream::Step Stream::advance_handshake() {
  ERR_clear_error();
  if (!ssl_ && !begin_connection()) {
    failure_ = take_error();
    return Step::failed;
  }
  const int result = SSL_accept(ssl_.get());
  if (result == 1) return Step::done;
  if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ) return Step::needs_input;
  failure_ = in_over_ && ERR_peek_error() == 0 ? "the client left" : take_error();
  return Step::failed;
}

/// Only now, so that a client that says nothing costs nothing.
bool Stream::begin_connection() {
  BioPtr bio = make_bio(*wire_);
  ssl_.reset(context_->new_connection());
  if (!bio || !ssl_) return false;
  BIO* const both = bio.release();
  SSL_set_bio(ssl_.get(), both, both);
  return true;
}

async::Task<bool> Stream::send_out(async::Deadline deadline) {
  const async::Deadline now = std::chrono::steady_clock::now();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(std::max(deadline, now) - now);
  const bool sent = co_await inner().write(out(), left);
  std::string().swap(out());
  if (!sent && failure_.empty()) failure_ = "the client does not read";
  co_return sent;
}

// ---- after it ----

bool Stream::decode() {
  ERR_clear_error();
  const std::span<char> buffer = loop().read_buffer();
  std::size_t size = 0;
  const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &size);
  if (result == 1) {
    received({buffer.data(), size});
    ::explicit_bzero(buffer.data(), size);  // it may have been a password
    return true;
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: break;
    case SSL_ERROR_ZERO_RETURN: received_end(); break;
    default: fail(); break;
  }
  return false;
}

std::optional<std::size_t> Stream::encode(std::string_view bytes) {
  ERR_clear_error();
  std::size_t taken = 0;
  if (SSL_write_ex(ssl_.get(), bytes.data(), std::min(bytes.size(), record), &taken) == 1) return taken;
  fail();
  return std::nullopt;
}

void Stream::encode_end() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

// ---- what is known ----

Info Stream::info() const { return describe(*ssl_); }

std::optional<std::string> Stream::channel_binding(ChannelBinding kind) const {
  return tls::channel_binding(*ssl_, kind);
}

}  // namespace postbag::tls
