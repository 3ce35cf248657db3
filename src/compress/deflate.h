// Compression of a stream of bytes by DEFLATE (RFC 1951), as RFC 4978 has it: raw, without a header or a checksum.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct z_stream_s;

namespace postbag::compress {

/// What is sent. Its memory, about 100 KiB, exists between the first compress() and rest(). One thread at a time.
class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// Appends `bytes` to `out`, compressed and flushed: the peer can read all of them. Throws std::bad_alloc.
  void compress(std::string_view bytes, std::string& out);
  /// Frees the memory. What comes later is compressed without reference to what came before, which the peer does
  /// not notice.
  void rest();

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  void begin();

  std::unique_ptr<z_stream_s, End> stream_;
};

/// What is received. Takes about 40 KiB once the first bytes have come. One thread at a time.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  enum class Outcome : unsigned char {
    progress,  ///< call again
    starved,   ///< all input was used and all output was given: more bytes are needed
    ended,     ///< the peer has ended its stream, which nothing can follow
    invalid,   ///< this is not DEFLATE; nothing can follow
  };
  struct Step {
    Outcome outcome;
    std::size_t used;   ///< bytes of the input
    std::size_t given;  ///< bytes at the front of `buffer`
  };
  /// Decompresses as much of `input` as fits into `buffer`, which is not empty. Throws std::bad_alloc.
  Step decompress(std::string_view input, std::span<char> buffer);

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, End> stream_;
};

}  // namespace postbag::compress
