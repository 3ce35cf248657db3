// Converts text of any charset to UTF-8; hides iconv. RFC 2978 names, RFC 2045 section 2.2.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// True when text in `charset` can be converted; else SEARCH answers NO [BADCHARSET]. ASCII case does not matter.
bool is_known_charset(std::string_view charset);

/// Converts a text that arrives in pieces. One thread at a time; uses a few kB while it exists.
class CharsetDecoder {
 public:
  /// For an unknown or empty charset, US-ASCII and UTF-8 the bytes are passed on unchanged.
  explicit CharsetDecoder(std::string_view charset);
  /// True when the bytes are passed on unchanged.
  bool passes() const { return converter_ == nullptr; }
  /// True when some bytes were invalid in the charset. Bytes that are passed on unchanged are not checked.
  bool lost_some() const;
  CharsetDecoder(CharsetDecoder&&) noexcept;
  CharsetDecoder& operator=(CharsetDecoder&&) noexcept;
  ~CharsetDecoder();

  /// Appends the UTF-8 of `in` to `out`; a character cut at the end waits for the next call. Each byte that is
  /// invalid in the charset becomes U+FFFD.
  void feed(std::string_view in, std::string& out);
  /// Ends the text: writes what still waits; an incomplete character becomes U+FFFD.
  void finish(std::string& out);

 private:
  struct Converter;
  std::unique_ptr<Converter> converter_;  ///< null: bytes are passed on
};

/// Converts all of `bytes` like CharsetDecoder.
std::string to_utf8(std::string_view bytes, std::string_view charset);

/// A text converted to UTF-8.
struct Converted {
  std::string utf8;
  bool whole = true;  ///< false: the charset is unknown, or some bytes are invalid in it
};

/// For many short texts: loading a converter can take 50 microseconds, and each encoded word of a header and each
/// part of a message may name another charset. Keeps every loaded converter; at most one for each name that iconv
/// knows. One thread at a time.
class Charsets {
 public:
  /// For a text that comes in pieces.
  CharsetDecoder decoder(std::string_view charset);
  /// The same text as protocol::to_utf8.
  Converted convert(std::string_view bytes, std::string_view charset);
  /// The number of converters kept.
  std::size_t size() const { return loaded_.size(); }

 private:
  std::map<std::string, CharsetDecoder, std::less<>> loaded_;  ///< by the last of names_for_iconv()
};

}  // namespace postbag::protocol
