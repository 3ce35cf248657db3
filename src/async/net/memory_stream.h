// A Stream without a socket: its other end is a part of the host's program on the same loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/net/stream.h"

namespace postbag::async {

/// Loop thread only. The peer is the host itself, so it counts as loopback.
class MemoryStream final : public Stream {
 public:
  /// Gets what the session wrote, from the top of the loop's stack; may call send() and hang_up().
  using Receive = std::move_only_function<void(std::string_view)>;
  /// Called once, after the last Receive, when the session closed the stream. Not called by the destructor.
  using Closed = std::move_only_function<void()>;

  MemoryStream(Loop& loop, Receive receive, Closed closed);
  ~MemoryStream() override { *self_ = nullptr; }

  /// Points to this stream, and to null after it was destroyed: for a host's end that may live longer.
  std::shared_ptr<MemoryStream* const> handle() const { return self_; }

  /// Sends from the host to the session. Everything is accepted, whatever set_input_limit says: the host is
  /// responsible for that memory.
  void send(std::string_view bytes) { received(bytes); }
  /// Closes the host's side; the session sees ended().
  void hang_up() { received_end(); }

 private:
  /// Delivers what was written. A separate member because Stream itself is queued too.
  class Flush final : public async::Ready {
   public:
    explicit Flush(MemoryStream& stream) : stream_(stream) {}

   private:
    void run() override { stream_.flush(); }
    MemoryStream& stream_;
  };
  static constexpr std::size_t room = 64 * 1024;

  void flush();
  std::optional<std::size_t> try_write(std::string_view bytes) override;
  void want_read(bool) override {}
  void want_write(bool) override {}
  void do_close() override;

  Receive receive_;
  Closed closed_;
  std::string out_;
  std::shared_ptr<MemoryStream*> self_ = std::make_shared<MemoryStream*>(this);
  Flush flush_{*this};
};

}  // namespace postbag::async
