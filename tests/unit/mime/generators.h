// What random messages are made of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <rapidcheck.h>

namespace postbag::mime_test {

using Texts = std::vector<std::string>;

inline int below(int end) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, end)); }
inline bool one_in(int n) { return below(n) == 0; }

inline const std::string& one_of(const Texts& texts) {
  return texts[static_cast<std::size_t>(below(static_cast<int>(texts.size())))];
}

inline std::string some_of(std::string_view letters, int most) {
  std::string out;
  for (int left = 1 + below(most); left > 0; --left)
    out.push_back(letters[static_cast<std::size_t>(below(static_cast<int>(letters.size())))]);
  return out;
}

// White space. RFC 5322 section 3.2.2.

/// Its text has everything that would mean something outside.
inline std::string comment(int depth = 0) {
  static const Texts texts = {"x", " ", ";", ",", "<q@r>",        "<",     ">", "\"", "\\)", "\\(", "\\\\",
                              ":", "@", "[", "]", "; boundary=q", "1 Jan", "'"};
  std::string out = "(";
  for (int left = below(4); left > 0; --left) out += depth < 3 && one_in(4) ? comment(depth + 1) : one_of(texts);
  return out + ")";
}

/// At least one piece of it.
inline std::string gap() {
  static const Texts spaces = {" ", "\t", "\r\n ", "  ", "\r\n\t "};
  std::string out = one_of(spaces);
  for (int left = below(3); left > 0; --left) out += one_in(2) ? comment() : one_of(spaces);
  return out;
}

/// Mostly none.
inline std::string cfws() { return one_in(3) ? (one_in(2) ? comment() : gap()) : std::string(); }

}  // namespace postbag::mime_test
