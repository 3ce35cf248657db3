#include "protocol/text/header_lexer.h"

#include <algorithm>
#include <cstddef>

#include "core/ascii.h"

namespace postbag::protocol {

bool HeaderLexer::take(char c) {
  if (rest_.empty() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  return true;
}

bool HeaderLexer::skip_space() {
  const std::size_t before = rest_.size();
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '(') {
      skip_comment();
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      rest_.remove_prefix(1);
    } else {
      break;
    }
  }
  return rest_.size() != before;
}

void HeaderLexer::skip_comment() {
  std::size_t depth = 0;
  std::size_t at = 0;
  do {
    const char c = rest_[at++];
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == '\\') ++at;
  } while (depth > 0 && at < rest_.size());
  const std::string_view whole = rest_.substr(0, at);
  comment_ = whole.substr(1, whole.size() - (depth == 0 ? 2 : 1));
  rest_.remove_prefix(whole.size());
}

std::string HeaderLexer::last_comment() const {
  std::string text;
  for (std::size_t at = 0; at < comment_.size(); ++at) {
    if (comment_[at] == '\\' && at + 1 < comment_.size()) ++at;
    text.push_back(comment_[at]);
  }
  return text;
}

std::string_view HeaderLexer::take_until(std::string_view ends) {
  const std::string_view run = rest_.substr(0, std::min(rest_.find_first_of(ends), rest_.size()));
  rest_.remove_prefix(run.size());
  return run;
}

std::string HeaderLexer::take_quoted() {
  std::string value;
  rest_.remove_prefix(1);
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') break;
    if (c != '\\' || rest_.empty()) {
      value.push_back(c);
      continue;
    }
    value.push_back(rest_.front());
    rest_.remove_prefix(1);
  }
  return value;
}

std::string_view HeaderLexer::take_literal() {
  if (peek() != '[') return {};
  bool escaped = false;
  for (std::size_t at = 1; at < rest_.size(); ++at) {
    const char c = rest_[at];
    if (c == '[' || c == '<') break;  // even when escaped, so that unclosed brackets cost nothing
    if (c == ']' && !escaped) {
      const std::string_view literal = rest_.substr(0, at + 1);
      rest_.remove_prefix(literal.size());
      return literal;
    }
    escaped = c == '\\' && !escaped;
  }
  return {};
}

std::string_view HeaderLexer::take_encoded_word() {
  if (!rest_.starts_with("=?")) return {};
  std::size_t at = 1;
  for (int mark = 0; mark < 3; ++mark) {  // after the charset, the encoding and the text
    at = rest_.find_first_of("? \t\r\n", at + 1);
    if (at == std::string_view::npos || rest_[at] != '?') return {};
  }
  if (!rest_.substr(at).starts_with("?=")) return {};
  const std::string_view word = rest_.substr(0, at + 2);
  rest_.remove_prefix(word.size());
  return word;
}

void HeaderLexer::skip_word() {
  while (is_ascii_letter(peek()) || is_ascii_digit(peek())) skip();
}

std::string_view HeaderLexer::skip_to(std::string_view ends) {
  const std::string_view from = rest_;
  while (!rest_.empty()) {
    skip_word();  // most of a header: nothing begins or ends within
    if (skip_space() || !take_literal().empty() || !take_encoded_word().empty()) continue;
    if (ends.contains(peek())) break;
    if (peek() == '"') {
      (void)take_quoted();
    } else {
      skip();
    }
  }
  return from.substr(0, from.size() - rest_.size());
}

}  // namespace postbag::protocol
