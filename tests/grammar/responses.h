// What a server says, response by response, against the response grammar and the rules beside it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/parse/machine.h"

namespace postbag::test {

/// The length of the first response in `stream`, literals included; nothing when its end is missing.
std::optional<std::size_t> response_length(std::string_view stream);

/// The responses of one connection, in order.
class Responses {
 public:
  Responses();
  /// What is wrong with the next one; empty when nothing is.
  std::string fault(std::string_view response);

 private:
  bool fits_place(std::string_view response);

  protocol::Machine machine_;
  bool greeted_ = false;
};

}  // namespace postbag::test
