// What the server says when it ends a connection.
#pragma once

#include <string>
#include <string_view>

namespace postbag {

/// RFC 9051 section 7.1.5.
struct Bye {
  std::string words;           ///< for people
  std::string_view code = {};  ///< response code without its brackets; empty for none. RFC 5530 section 3
};

}  // namespace postbag
