// Line ends as messages have them. RFC 5322 section 2.1.
#pragma once

#include <string>
#include <string_view>

namespace postbag::daemon {

/// Makes each LF that has no CR before it CRLF, over any number of pieces.
class CrlfFilter {
 public:
  std::string filter(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 32);
    for (const char c : bytes) {
      if (c == '\n' && last_ != '\r') out += '\r';
      out += c;
      last_ = c;
    }
    return out;
  }

 private:
  char last_ = '\0';
};

}  // namespace postbag::daemon
