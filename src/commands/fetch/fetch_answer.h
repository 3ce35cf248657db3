// What a data item writes its value from, and to.
#pragma once

#include <optional>

#include "commands/fetch/fetch_plan.h"
#include "commands/fetch/literal_stream.h"
#include "mail/stored_message.h"
#include "protocol/response/writer.h"

namespace postbag {

/// The place of one item in one response. Lives for one call of FetchRow::write.
struct FetchAnswer {
  const FetchItem& item;
  const FetchPlan& plan;
  StoredMessage& message;
  protocol::Writer out;
  /// What comes after the header of a literal that the item wrote: sent later, piece by piece.
  std::optional<LiteralStream> literal = {};
  /// The item cannot be answered and is left out: NO [UNKNOWN-CTE]. RFC 3516 section 4.3.
  bool unknown_encoding = false;
};

}  // namespace postbag
