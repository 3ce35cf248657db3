// The words of structured header fields, read leniently. RFC 5322 section 3.2, RFC 2045 section 5.1.
#pragma once

#include <string>
#include <string_view>

namespace postbag::mime {

/// Walks over an unfolded field value; the text must outlive it. Linear: no call looks at a byte twice, comments
/// are counted and not descended into. Unfinished quotes and comments end with the text.
class HeaderLexer {
 public:
  explicit HeaderLexer(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  /// The next byte, NUL at the end.
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void skip() { rest_.remove_prefix(rest_.empty() ? 0 : 1); }
  /// Takes `c` if it comes next.
  bool take(char c);

  /// Skips white space and comments. RFC 5322 section 3.2.2. True when there was any.
  bool skip_space();
  /// The text of the last comment skipped so far, its quoting removed; empty when there was none.
  const std::string& last_comment() const { return comment_; }
  void forget_comment() { comment_.clear(); }

  /// Takes the run of bytes before the next of `ends`; may be empty.
  std::string_view take_until(std::string_view ends);
  /// Takes a quoted string; peek() must be '"'. Its value, quoting removed.
  std::string take_quoted();

 private:
  void skip_comment();

  std::string_view rest_;
  std::string comment_;
};

}  // namespace postbag::mime
