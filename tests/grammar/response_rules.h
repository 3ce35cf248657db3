// What the RFCs say of responses in prose, beside their grammar: checks on a parsed response.
#pragma once

#include <string>
#include <string_view>

#include "protocol/parse/machine.h"

namespace postbag::test {

/// What is wrong with a response that the grammar accepts; empty when nothing is. `machine` has just parsed `text`.
std::string broken_rule(const protocol::Machine& machine, std::string_view text);

}  // namespace postbag::test
