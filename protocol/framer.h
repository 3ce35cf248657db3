// Splits received bytes into lines and counted octets. Knows no grammar. RFC 9051 section 2.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// Holds bytes that were received and not taken yet. Not thread-safe.
class Framer {
 public:
  /// Copies.
  void feed(std::string_view bytes);

  /// The next line without its end, which is CRLF or a single LF (for people who type commands by hand). Nothing
  /// when the line is not complete. Valid until the next call that is not const. Each byte is searched once.
  std::optional<std::string_view> take_line();

  /// At most the first `most` buffered bytes, which stay in the buffer. Valid until the next call that is not
  /// const.
  std::string_view front(std::size_t most) const { return std::string_view(bytes_).substr(begin_, most); }

  /// Takes up to `most` octets and replaces `out` with them. Does not copy when it takes the whole buffer.
  void take(std::uint64_t most, std::string& out);

  /// Drops the line up to its end, or as much of it as was received. True when the end was received. Appends the
  /// dropped bytes to `tail`, which keeps its last `tail_length` bytes: they may contain the header of a literal.
  bool drop_line(std::string& tail);
  static constexpr std::size_t tail_length = 32;

  /// Drops up to `most` octets; yields how many.
  std::uint64_t drop(std::uint64_t most);

  std::size_t buffered() const { return bytes_.size() - begin_; }
  std::size_t memory() const { return bytes_.capacity(); }
  /// Frees the buffer when it is empty.
  void release_memory();

 private:
  void taken(std::size_t count);

  std::string bytes_;
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;  ///< no LF before this position
};

}  // namespace postbag::protocol
