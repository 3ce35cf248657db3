// Stream: a connection as a session sees it. Bytes come by themselves into input(); writes are awaited.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <string_view>

#include "async/net/address.h"
#include "async/net/input_buffer.h"
#include "async/signal.h"

namespace postbag::async {

/// Loop thread only. Must outlive whoever awaits write().
///
///     stream.notify(&signal);
///     while (stream.input().empty() && !stream.ended()) co_await signal.wait(deadline);
///     ... stream.consume(used); ...
///     if (!co_await stream.write(answer, limits.progress_time)) co_return;   // the peer is gone
class Stream : private Timer, private Ready {
 public:
  virtual ~Stream() = default;

  /// What came and was not consumed. Dead after consume() and at the next co_await.
  std::string_view input() const { return input_.view(); }
  /// Takes `n` bytes off the front of input(); n <= its size. Reading goes on if a full buffer had stopped it.
  void consume(std::size_t n);
  /// Whether nothing more will come: the peer sent its end, the connection broke, or close() was called. input()
  /// may still hold bytes. Who sent the end may still read: what it asked for is answered.
  bool ended() const { return ended_; }
  /// Whether the peer has sent its end, also while bytes before it were not read yet: noticed within half a second.
  bool is_leaving() const { return leaving_; }
  /// From now on `signal` is set when input() grew, or ended(), is_leaving() or is_closed() became true; set at
  /// once if there is something already. Null: nobody. The signal must outlive this or be taken off.
  void notify(Signal* signal);
  /// Stops reading and goes on; what the peer sends meanwhile waits in the kernel. Not counted: resume() undoes any
  /// number of pause().
  void pause();
  void resume();
  /// Reading stops by itself while input() holds `bytes` or more (it may hold one read, 64 KiB, above).
  void set_input_limit(std::size_t bytes);

  class Write;
  /// `bool sent = co_await stream.write(bytes, patience)`: true when the kernel (or host) took all of it, at once
  /// and without suspending in the usual case; false when the peer is gone, took not one byte for `patience`, or
  /// close() was called. After false write nothing more. `bytes` must live until then; nothing is copied or queued.
  /// One write at a time. Cancelled (its coroutine destroyed) a part may have been sent: close().
  Write write(std::string_view bytes, std::chrono::milliseconds patience);
  /// Sends what the kernel (or host) takes of `bytes` at once: how many. Only while no write is in progress.
  std::size_t write_some(std::string_view bytes);
  /// From now on no write, also one in progress, lasts beyond `deadline`, whatever progress it makes.
  void end_writes(Deadline deadline);

  /// Ends the connection; what write() took still reaches the peer. A write in progress yields false. Idempotent.
  void close();
  /// Whether nothing can be sent or will come any more: the connection broke, which is noticed within half a second
  /// also while nobody reads or writes, or close() was called.
  bool is_closed() const { return closed_; }

  const Address& peer() const { return peer_; }
  Loop& loop() const { return loop_; }

 protected:
  Stream(Loop& loop, Address peer) : loop_(loop), peer_(std::move(peer)) {}

  // For implementations: these call ...
  /// Bytes came.
  void received(std::string_view bytes);
  /// Nothing more will come. Idempotent. When the connection broke: close().
  void received_end();
  /// The end has come, behind what is not read yet.
  void noticed_end();
  /// The peer may take more bytes now. Nothing when no write waits.
  void became_writable();

  // ... and have these.
  /// Takes what it can of `bytes` without waiting: how many, 0 when none now. Nothing when the peer is gone.
  virtual std::optional<std::size_t> try_write(std::string_view bytes) = 0;
  /// Reading wanted or not; called only on a change, not after do_close(). Starts unwanted.
  virtual void want_read(bool wanted) = 0;
  /// A write waits (call became_writable() when there is room) or no longer.
  virtual void want_write(bool wanted) = 0;
  virtual void do_close() = 0;

 private:
  static constexpr std::size_t default_input_limit = 64 * 1024;

  void update_reading();
  /// Writes on; true when the write has come to its end, sent or failed.
  bool advance();
  void suspend_writer(std::coroutine_handle<> who);
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
  void await_suspend(std::coroutine_handle<> who) {
    waiting_ = true;
    stream_.suspend_writer(who);
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
