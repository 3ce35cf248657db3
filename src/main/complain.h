// Words on stderr.
#pragma once

#include <cstdio>
#include <string>

#include "main/exit_codes.h"
#include "postbag/server.h"

namespace postbag::daemon {

/// Says it and yields `code`.
inline int complain(const std::string& what, int code) {
  std::fprintf(stderr, "postbag: %s\n", what.c_str());
  return code;
}

inline int complain(const Failure& failure) { return complain(failure.text, exit_code(failure.cause)); }

}  // namespace postbag::daemon
