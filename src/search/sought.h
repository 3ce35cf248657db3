// What a key looks for in texts, and how well a message matches it.
#pragma once

#include <variant>

#include "protocol/text/casefold.h"
#include "protocol/text/fuzzy.h"

namespace postbag::search {

/// The string as it is, but for case, or nearly. RFC 9051 section 6.4.4, RFC 6203 section 3.
using Sought = std::variant<protocol::Needle, protocol::FuzzyNeedle>;

/// How well a message matches, 1 to 100: below 100 only by FUZZY, RFC 6203 section 4. 0: it does not.
using Relevancy = unsigned;

}  // namespace postbag::search
