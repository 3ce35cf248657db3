// Text of any charset made UTF-8: iconv behind a wall. RFC 2978 names, RFC 2045 section 2.2.
#pragma once

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
  CharsetDecoder(CharsetDecoder&&) noexcept;
  CharsetDecoder& operator=(CharsetDecoder&&) noexcept;
  ~CharsetDecoder();

  /// Appends the UTF-8 of `in` to `out`; a character cut at the end waits for the next call. Bytes that mean
  /// nothing in the charset become U+FFFD, one for each.
  void feed(std::string_view in, std::string& out);
  /// Ends the text: what still waits becomes U+FFFD.
  void finish(std::string& out);

 private:
  struct Converter;
  std::unique_ptr<Converter> converter_;  ///< null: bytes pass
};

/// The whole of `bytes` at once, by the rules of CharsetDecoder.
std::string to_utf8(std::string_view bytes, std::string_view charset);

}  // namespace postbag::protocol
