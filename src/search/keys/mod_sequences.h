// MODSEQ. RFC 7162 section 3.1.5.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "search/keys/kind.h"

namespace postbag::search {

/// A program with this key in it has mod-sequences in its answer.
struct ModSeqAtLeast {
  std::uint64_t modseq;

  static constexpr auto names = std::to_array({KeyName::modseq});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Answer match(Look& look) const;
};

}  // namespace postbag::search
