// The words of structured header fields, read leniently. RFC 5322 section 3.2, RFC 2045 section 5.1.
#pragma once

#include <string>
#include <string_view>

namespace postbag::protocol {

/// Walks over an unfolded field value; the text must outlive it. Linear: no call looks at a byte more than twice,
/// comments are counted and not descended into. Unfinished quotes and comments end with the text.
class HeaderLexer {
 public:
  explicit HeaderLexer(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  /// The next byte, NUL at the end.
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  /// All that is left.
  std::string_view rest() const { return rest_; }
  /// Takes the next byte; there must be one.
  char next() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void skip() { rest_.remove_prefix(rest_.empty() ? 0 : 1); }
  /// Takes `c` if it comes next.
  bool take(char c);

  /// Skips white space and comments. RFC 5322 section 3.2.2. True when there was any.
  bool skip_space();
  /// The text of the last comment skipped so far, its quoting removed; empty when there was none.
  std::string last_comment() const;
  void forget_comment() { comment_ = {}; }

  /// Takes the run of bytes before the next of `ends`; may be empty.
  std::string_view take_until(std::string_view ends);
  /// Takes a quoted string; peek() must be '"'. Its value, quoting removed.
  std::string take_quoted();
  /// Takes a domain literal as it is written, "[" and "]" included. Empty, and nothing taken, when none comes next:
  /// one that is not closed before a "[" or "<" is none. RFC 5322 section 3.4.1.
  std::string_view take_literal();
  /// Takes an encoded word as it is written; empty, and nothing taken, when none comes next. It may hold what means
  /// something elsewhere, as in =?utf-8?q?J_(K)?=, though RFC 2047 section 5 (3) forbids it.
  std::string_view take_encoded_word();
  /// Skips to the next of `ends` outside comments, quoted strings, domain literals and encoded words, or to the
  /// end; peek() is what it is. What was skipped, as it is written.
  std::string_view skip_to(std::string_view ends);

 private:
  void skip_comment();

  std::string_view rest_;
  std::string_view comment_;  ///< as it is written, without its parentheses: a lexer is copied to look ahead
};

}  // namespace postbag::protocol
