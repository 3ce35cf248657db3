// BODY and TEXT. RFC 9051 section 6.4.4.
#pragma once

#include <array>
#include <optional>

#include "protocol/mime/text/message_text.h"
#include "search/keys/kind.h"
#include "search/sought.h"

namespace postbag::search {

struct MessageContains {
  mime::SearchIn where;
  Sought sought;

  static constexpr auto names = std::to_array({KeyName::body, KeyName::text_});
  static Parsed parse(grammar::SearchKey key, Parser& parser);
  Cost cost() const { return Cost::body; }
  Answer match(Look& look) const;
  std::optional<Narrowing> narrow_bodies(IndexQuestions& index) const;
};

}  // namespace postbag::search
