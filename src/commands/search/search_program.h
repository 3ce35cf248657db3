// The arguments of SEARCH made a search program. RFC 9051 section 6.4.4.
#pragma once

#include <expected>
#include <optional>

#include "commands/search/search_key.h"
#include "commands/search/search_return.h"
#include "commands/search/search_run.h"
#include "protocol/command.h"
#include "session/reply.h"
#include "session/view.h"

namespace postbag {

class Client;

/// A mailbox as a search program sees it: what sets and `$` mean there. What it refers to must outlive its use.
struct SearchScope {
  const View& view;
  const UidSet& saved;
  bool reaches_on = false;  ///< messages yet to come are in UID sets too: for UPDATE
};

/// The keys, with sets and `$` resolved in the session's view and texts made UTF-8. BAD or NO [BADCHARSET],
/// [LIMIT].
using SearchProgram = std::expected<search::Key, Reply>;
SearchProgram search_program(Client& client, protocol::grammar::Search command, const SearchReturn& wanted);
SearchProgram search_program(Client& client, protocol::grammar::Esearch command, const SearchScope& scope);
SearchProgram search_program(Client& client, protocol::grammar::Sort command, const SearchReturn& wanted);
SearchProgram search_program(Client& client, protocol::grammar::Thread command);

/// BAD when relevancies are wanted of a search that is not FUZZY. RFC 6203 section 4.
std::optional<Reply> lacks_fuzzy(const search::Key& program, bool wants_relevancy);

/// That program over the selected mailbox; what was wrong with it is passed on. Does what a search does to the
/// session before it runs: MODSEQ enables CONDSTORE (RFC 7162 section 3.1), a SAVE that fails with NO empties the
/// variable and one that is BAD leaves it (RFC 9051 section 6.4.4.1).
std::expected<search::Job, Reply> search_job(Client& client, SearchProgram program, const SearchReturn& wanted);

}  // namespace postbag
