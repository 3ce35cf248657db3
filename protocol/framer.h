// Received bytes -> lines and counted octets. Knows no grammar. RFC 9051 section 2.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// Holds what was received and not yet taken. Not thread-safe.
class Framer {
 public:
  /// Copies.
  void feed(std::string_view bytes);

  /// The next line without its end, which is CRLF or LF alone (people type to servers by hand; the grammar is not
  /// asked). Nothing when it is not complete. Valid until the next call that is not const. Each byte is searched
  /// once.
  std::optional<std::string_view> take_line();

  /// What is buffered, at most `most` bytes of it, left where it is. Valid until the next call that is not const.
  std::string_view front(std::size_t most) const { return std::string_view(bytes_).substr(begin_, most); }

  /// Up to `most` octets, into `out`, which is replaced. Does not copy when all there is, is taken.
  void take(std::uint64_t most, std::string& out);

  /// Throws away the line up to its end, or what is there of it. Returns whether the end was there. `tail` gets
  /// appended what was thrown away and is cut to its last `tail_length` bytes: the header of a literal may be among
  /// them.
  bool drop_line(std::string& tail);
  static constexpr std::size_t tail_length = 32;

  /// Throws away up to `most` octets; returns how many.
  std::uint64_t drop(std::uint64_t most);

  std::size_t buffered() const { return bytes_.size() - begin_; }
  std::size_t memory() const { return bytes_.capacity(); }
  /// Gives the buffer back when nothing is in it.
  void release_memory();

 private:
  void taken(std::size_t count);

  std::string bytes_;
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;  ///< no LF before this place
};

}  // namespace postbag::protocol
