// The arguments of SEARCH made a search program. RFC 9051 section 6.4.4.
#pragma once

#include <expected>

#include "commands/search/return_options.h"
#include "protocol/command.h"
#include "search/key.h"
#include "session/reply.h"
#include "session/selected/view.h"

namespace postbag {

class Client;

/// A mailbox as a search program sees it: what sets and `$` mean there. What it refers to must outlive its use.
struct SearchScope {
  const View& view;
  const UidSet& saved;
  bool reaches_on = false;  ///< messages yet to come are in UID sets too: for UPDATE
};

/// The keys, with sets and `$` resolved in the client's view and texts made UTF-8. BAD or NO [BADCHARSET],
/// [LIMIT].
using SearchProgram = std::expected<search::Key, Reply>;
SearchProgram search_program(Client& client, protocol::grammar::Search command, const SearchReturn& wanted);
SearchProgram search_program(Client& client, protocol::grammar::Esearch command, const SearchScope& scope);
SearchProgram search_program(Client& client, protocol::grammar::Sort command, const SearchReturn& wanted);
SearchProgram search_program(Client& client, protocol::grammar::Thread command);

}  // namespace postbag
