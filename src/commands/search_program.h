// The arguments of SEARCH made a search program. RFC 9051 section 6.4.4.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

#include "commands/fetch_item.h"
#include "commands/partial_range.h"
#include "commands/search_key.h"
#include "commands/search_run.h"
#include "protocol/command.h"
#include "session/reply.h"
#include "session/view.h"

namespace postbag {

class Session;

/// What a SEARCH wants told. RFC 9051 section 6.4.4, RFC 4731, RFC 5182, RFC 5267, RFC 9394.
struct SearchReturn {
  bool extended = false;  ///< RETURN was given: the answer is ESEARCH
  bool min = false;
  bool max = false;
  bool all = false;
  bool count = false;
  bool save = false;
  std::optional<PartialRange> partial;
  bool update = false;      ///< changes of what was found are told from then on
  FetchItems update_items;  ///< of messages that arrive and are found. RFC 5465 section 7
  /// Whether some answer is due besides saving.
  bool wants_answer() const { return min || max || all || count || partial || update; }
};

/// BAD for an option that we do not know, and for more than one of ALL and PARTIAL. For SORT: RFC 5267 section 3.
std::expected<SearchReturn, Reply> search_return(protocol::grammar::Search command);
std::expected<SearchReturn, Reply> search_return(protocol::grammar::Esearch command);
std::expected<SearchReturn, Reply> search_return(protocol::grammar::Sort command);

/// A mailbox as a search program sees it: what sets and `$` mean there. What it refers to must outlive its use.
struct SearchScope {
  const View& view;
  const UidSet& saved;
  bool reaches_on = false;  ///< messages yet to come are in UID sets too: for UPDATE
};

/// The keys, with sets and `$` resolved in the session's view and texts made UTF-8. BAD or NO [BADCHARSET],
/// [LIMIT].
using SearchProgram = std::expected<search::Key, Reply>;
SearchProgram search_program(Session& session, protocol::grammar::Search command, const SearchReturn& wanted);
SearchProgram search_program(Session& session, protocol::grammar::Esearch command, const SearchScope& scope);
SearchProgram search_program(Session& session, protocol::grammar::Sort command, const SearchReturn& wanted);
SearchProgram search_program(Session& session, protocol::grammar::Thread command);

/// That program over the selected mailbox; what was wrong with it is passed on. Does what a search does to the
/// session before it runs: MODSEQ enables CONDSTORE (RFC 7162 section 3.1), a SAVE that fails with NO empties the
/// variable and one that is BAD leaves it (RFC 9051 section 6.4.4.1).
std::expected<search::Job, Reply> search_job(Session& session, SearchProgram program, const SearchReturn& wanted);

}  // namespace postbag
