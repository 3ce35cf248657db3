// Messages on stderr.
#pragma once

#include <cstdio>
#include <string>

#include "main/exit_codes.h"
#include "postbag/server.h"

namespace postbag::daemon {

/// Writes `what` and yields `code`.
inline int report_error(const std::string& what, int code) {
  std::fprintf(stderr, "postbag: %s\n", what.c_str());
  return code;
}

inline int report_error(const Failure& failure) { return report_error(failure.text, exit_code(failure.cause)); }

}  // namespace postbag::daemon
