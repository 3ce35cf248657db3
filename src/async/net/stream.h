// Stream: a connection as a session sees it. Received bytes appear in input(); writes are awaited.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "async/net/address.h"
#include "async/net/input_buffer.h"
#include "async/signal.h"

namespace postbag::async {

/// Loop thread only. Must outlive the coroutine that awaits write().
///
///     stream.notify(&signal);
///     while (stream.input().empty() && !stream.ended()) co_await signal.wait(deadline);
///     ... stream.consume(used); ...
///     if (!co_await stream.write(answer, limits.progress_time)) co_return;   // the peer is gone
class Stream : private Timer, private Ready {
 public:
  virtual ~Stream() = default;

  /// Bytes that were received and not consumed. Invalid after consume() and at the next co_await.
  std::string_view input() const { return input_.view(); }
  /// Removes `n` bytes from the front of input(); n <= its size. Reading continues if a full buffer had stopped
  /// it.
  void consume(std::size_t n);
  /// True when nothing more will arrive: the peer sent its end, the connection broke, or close() was called.
  /// input() may still hold bytes. A peer that sent its end may still read: its commands are answered.
  bool ended() const { return ended_; }
  /// True when the peer has sent its end, even while bytes before it were not read yet. Noticed within half a
  /// second.
  bool is_leaving() const { return leaving_; }
  /// From now on `signal` is set when input() grows, or when ended(), is_leaving() or is_closed() becomes true;
  /// set at once if one of these holds already. Null: no signal. The signal must outlive this object or be
  /// removed.
  void notify(Signal* signal);
  /// Stops and continues reading; what the peer sends meanwhile waits in the kernel. Not counted: one resume()
  /// ends any number of pause().
  void pause();
  void resume();
  /// Reading stops while input() holds `bytes` or more (it may hold one read, 64 KiB, more).
  void set_input_limit(std::size_t bytes);

  class Write;
  /// `bool sent = co_await stream.write(bytes, patience)`: true when the kernel (or host) took all of it, usually
  /// at once and without suspending; false when the peer disconnected, accepted not one byte for `patience`, or
  /// close() was called. After false write nothing more. `bytes` must be valid until then; nothing is copied or
  /// queued. One write at a time. When the write is cancelled (its coroutine destroyed), part of it may have been
  /// sent: call close().
  Write write(std::string_view bytes, std::chrono::milliseconds patience);
  /// Sends as much of `bytes` as the kernel (or host) accepts at once; yields how much. Only while no write is in
  /// progress.
  std::size_t write_some(std::string_view bytes);
  /// From now on no write, not even one in progress, lasts beyond `deadline`, whatever its progress.
  void end_writes(Deadline deadline);

  /// Ends the connection; data accepted by write() still reaches the peer. A write in progress yields false.
  /// Idempotent.
  void close();
  /// True when nothing can be sent or received any more: the connection broke, or close() was called. A broken
  /// connection is noticed within half a second even while nobody reads or writes.
  bool is_closed() const { return closed_; }

  const Address& peer() const { return peer_; }
  /// A proxy that is trusted has said whose connection it passes on.
  void set_peer(Address peer) { peer_ = std::move(peer); }
  /// Whether nobody can read along on the way to this process, wherever peer() says that the bytes come from.
  bool is_local() const { return is_local_; }
  /// A proxy passes it on, and nobody knows from where.
  void set_not_local() { is_local_ = false; }
  Loop& loop() const { return loop_; }

 protected:
  Stream(Loop& loop, Address peer) : loop_(loop), peer_(std::move(peer)), is_local_(peer_.is_loopback()) {}

  // Implementations call these ...
  /// Bytes were received.
  void received(std::string_view bytes);
  /// Nothing more will arrive. Idempotent. When the connection broke: close().
  void received_end();
  /// The peer's end was noticed, but bytes before it were not read yet.
  void noticed_end();
  /// The peer may accept more bytes now. Does nothing when no write waits.
  void became_writable();

  // ... and implement these.
  /// Sends as much of `bytes` as possible without waiting: how much, 0 when nothing now. Nothing when the peer
  /// disconnected.
  virtual std::optional<std::size_t> try_write(std::string_view bytes) = 0;
  /// Starts or stops reading; called only on a change, not after do_close(). Reading starts stopped.
  virtual void want_read(bool wanted) = 0;
  /// A write starts to wait (call became_writable() when there is room) or stops waiting.
  virtual void want_write(bool wanted) = 0;
  virtual void do_close() = 0;

 private:
  static constexpr std::size_t default_input_limit = 64 * 1024;

  void update_reading();
  /// Continues writing; true when the write has ended, successfully or not.
  bool advance();
  void suspend_writer(std::coroutine_handle<> coroutine);
  void await_progress();
  void finish_write(bool sent);
  void forget_writer();
  void on_deadline() override;
  void run() override;

  Loop& loop_;
  Address peer_;
  InputBuffer input_;
  std::size_t input_limit_ = default_input_limit;
  Signal* signal_ = nullptr;
  std::string_view unsent_;
  std::chrono::milliseconds patience_{};
  Deadline writes_end_ = never;
  std::coroutine_handle<> writer_;
  bool sent_ = false;
  bool ended_ = false;
  bool leaving_ = false;
  bool closed_ = false;
  bool paused_ = false;
  bool reading_ = false;
  bool is_local_;
};

class [[nodiscard]] Stream::Write {
 public:
  Write(Stream& stream, std::string_view bytes, std::chrono::milliseconds patience)
      : stream_(stream), bytes_(bytes), patience_(patience) {}
  Write(const Write&) = delete;
  Write& operator=(const Write&) = delete;
  ~Write() {
    if (waiting_) stream_.forget_writer();
  }
  bool await_ready();
  void await_suspend(std::coroutine_handle<> coroutine) {
    waiting_ = true;
    stream_.suspend_writer(coroutine);
  }
  bool await_resume() noexcept {
    waiting_ = false;
    return stream_.sent_;
  }

 private:
  Stream& stream_;
  std::string_view bytes_;
  std::chrono::milliseconds patience_;
  bool waiting_ = false;
};

inline Stream::Write Stream::write(std::string_view bytes, std::chrono::milliseconds patience) {
  return Write(*this, bytes, patience);
}

}  // namespace postbag::async
