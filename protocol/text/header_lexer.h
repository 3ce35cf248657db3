// Reads the tokens of structured header fields leniently. RFC 5322 section 3.2, RFC 2045 section 5.1.
#pragma once

#include <string>
#include <string_view>

namespace postbag::protocol {

/// Reads an unfolded field value; the text must outlive it. Linear: no call reads a byte more than twice, and
/// nested comments are counted without recursion. Unclosed quotes and comments end with the text.
class HeaderLexer {
 public:
  explicit HeaderLexer(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  /// The next byte; NUL at the end.
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  /// The text that is left.
  std::string_view rest() const { return rest_; }
  /// Takes the next byte, which must exist.
  char next() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void skip() { rest_.remove_prefix(rest_.empty() ? 0 : 1); }
  /// Takes `c` if it is the next byte.
  bool take(char c);

  /// Skips white space and comments. RFC 5322 section 3.2.2. True when there was any.
  bool skip_space();
  /// The text of the last comment skipped so far, its quoting removed; empty when there was none.
  std::string last_comment() const;
  void forget_comment() { comment_ = {}; }

  /// Takes the bytes before the next of `ends`; may be empty.
  std::string_view take_until(std::string_view ends);
  /// Takes a quoted string and yields its value without quoting; peek() must be '"'.
  std::string take_quoted();
  /// Takes a domain literal unchanged, with "[" and "]". Empty, with nothing taken, when there is none next: one
  /// that is not closed before a "[" or "<" does not count. RFC 5322 section 3.4.1.
  std::string_view take_literal();
  /// Takes an encoded word unchanged; empty, with nothing taken, when there is none next. It may contain special
  /// characters, as in =?utf-8?q?J_(K)?=, though RFC 2047 section 5 (3) forbids it.
  std::string_view take_encoded_word();
  /// Skips to the next of `ends` outside comments, quoted strings, domain literals and encoded words, or to the
  /// end; peek() is then that byte. Yields the skipped text unchanged.
  std::string_view skip_to(std::string_view ends);

 private:
  void skip_comment();
  /// Skips letters and digits.
  void skip_word();

  std::string_view rest_;
  std::string_view comment_;  ///< unchanged, without its parentheses: a lexer is copied to look ahead
};

}  // namespace postbag::protocol
