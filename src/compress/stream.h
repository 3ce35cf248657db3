// A Stream that compresses what goes through another Stream. RFC 4978.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "async/net/layered_stream.h"
#include "async/timers.h"
#include "compress/deflate.h"

namespace postbag::compress {

/// Loop thread only. Bytes that wait in the inner stream already are taken as compressed. An idle one takes about
/// 45 KiB; the compressor's part of it exists only while responses are sent.
class Stream final : public async::LayeredStream {
 public:
  /// `inner` must outlive it, and nobody else reads, writes or watches that meanwhile. close() closes both.
  explicit Stream(async::Stream& inner);

  /// Whether bytes of the peer wait that were not read yet, in either form.
  bool has_unread_input() const { return !input().empty() || !inner().input().empty() || has_more_; }

 private:
  /// Frees the compressor's memory a while after the last response.
  class Rest final : private async::Timer {
   public:
    explicit Rest(Stream& stream) : stream_(stream) {}
    void schedule();

   private:
    void arm();
    void on_deadline() override;
    Stream& stream_;
    bool used_ = false;  ///< since the timer was armed
  };

  bool decode() override;
  std::optional<std::size_t> encode(std::string_view bytes) override;

  Deflater deflater_;
  Inflater inflater_;
  Rest rest_{*this};
  bool has_more_ = false;  ///< the inflater may give more without more input
};

}  // namespace postbag::compress
