// EMAILID and THREADID. RFC 8474 section 6.
#pragma once

#include <array>
#include <optional>

#include "core/numbers.h"
#include "search/keys/kind.h"

namespace postbag::search {

struct HasBody {
  BodyId body;

  static constexpr auto names = std::to_array({KeyName::emailid});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

struct InThread {
  ThreadId thread;

  static constexpr auto names = std::to_array({KeyName::threadid});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

}  // namespace postbag::search
