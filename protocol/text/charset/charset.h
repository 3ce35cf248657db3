// Text of any charset made UTF-8: iconv behind a wall. RFC 2978 names, RFC 2045 section 2.2.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// Whether text in `charset` can be converted; SEARCH answers NO [BADCHARSET] when not. ASCII case does not matter.
bool is_known_charset(std::string_view charset);

/// Converts a text that comes in pieces. One thread at a time; holds some kB while it lives.
class CharsetDecoder {
 public:
  /// An unknown charset, an empty one, US-ASCII and UTF-8 let the bytes pass as they are.
  explicit CharsetDecoder(std::string_view charset);
  /// Whether the bytes pass as they are.
  bool passes() const { return converter_ == nullptr; }
  /// Whether some bytes meant nothing in the charset. Those that pass are not looked at.
  bool lost_some() const;
  CharsetDecoder(CharsetDecoder&&) noexcept;
  CharsetDecoder& operator=(CharsetDecoder&&) noexcept;
  ~CharsetDecoder();

  /// Appends the UTF-8 of `in` to `out`; a character cut at the end waits for the next call. Bytes that mean
  /// nothing in the charset become U+FFFD, one for each.
  void feed(std::string_view in, std::string& out);
  /// Ends the text: what still waits is written, the beginning of a character becomes U+FFFD.
  void finish(std::string& out);

 private:
  struct Converter;
  std::unique_ptr<Converter> converter_;  ///< null: bytes pass
};

/// The whole of `bytes` at once, by the rules of CharsetDecoder.
std::string to_utf8(std::string_view bytes, std::string_view charset);

/// A text made UTF-8.
struct Converted {
  std::string utf8;
  bool whole = true;  ///< false: the charset is unknown, or some bytes mean nothing in it
};

/// For many short texts: to load a converter can take 50 microseconds, and a header may name another charset in
/// every encoded word. Keeps each one loaded; at most one for each name that iconv knows. One thread at a time.
class Charsets {
 public:
  /// The same text as protocol::to_utf8.
  Converted convert(std::string_view bytes, std::string_view charset);
  /// How many it keeps.
  std::size_t size() const { return loaded_.size(); }

 private:
  std::map<std::string, CharsetDecoder, std::less<>> loaded_;  ///< by the last of names_for_iconv()
};

}  // namespace postbag::protocol
