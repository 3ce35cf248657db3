// The parameters of SELECT and EXAMINE as values. RFC 7162 sections 3.1.8 and 3.2.5.
#pragma once

#include <expected>
#include <optional>

#include "commands/resynchronise.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// What a client knows of the mailbox.
struct QuickResync {
  UidValidity validity = UidValidity::min();
  storage::Since since = 0;
  std::optional<UidSet> known;  ///< nothing: all UIDs
  std::optional<SequenceMatch> sample;
};

struct SelectParameters {
  bool condstore = false;
  std::optional<QuickResync> resync;
};

/// BAD when one is given twice, QRESYNC is not enabled, or the sample's sets do not correspond; NO [LIMIT] for sets
/// of too many ranges.
std::expected<SelectParameters, Reply> select_parameters(
    const Client& client, protocol::Children<protocol::grammar::SelectParam> parameters);

}  // namespace postbag
