// What a broken world is called in the log and to the client.
#pragma once

#include <stdexcept>

namespace postbag {

struct Breakage {
  bool (*is)(const std::runtime_error& error);
  const char* logged;
  const char* text;
  const char* code;  ///< RFC 5530 section 3
};

/// Of what the store threw, or anybody else.
const Breakage& breakage_of(const std::runtime_error& error);

}  // namespace postbag
