#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "protocol/mime/parser.h"

namespace postbag::mime_test {

inline mime::Structure byte_by_byte(const std::string& message, const mime::ParserLimits& limits = {}) {
  mime::Parser parser(limits);
  for (const char c : message) parser.feed(std::string_view(&c, 1));
  return std::move(parser).finish();
}

}  // namespace postbag::mime_test
