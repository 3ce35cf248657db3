// The arguments of SEARCH made a search program. RFC 9051 section 6.4.4.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

#include "commands/search_key.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

class Session;

/// What a SEARCH wants told. RFC 9051 section 6.4.4, RFC 4731, RFC 5182.
struct SearchReturn {
  bool extended = false;  ///< RETURN was given: the answer is ESEARCH
  bool min = false;
  bool max = false;
  bool all = false;
  bool count = false;
  bool save = false;
  /// Whether some answer is due besides saving.
  bool wants_answer() const { return min || max || all || count; }
};

/// BAD for an option that we do not know.
std::expected<SearchReturn, Reply> search_return(protocol::grammar::Search command);

/// The keys, with sets, `$` and RECENT resolved in the session's view and texts made UTF-8. BAD or NO [BADCHARSET],
/// [LIMIT].
std::expected<search::Key, Reply> search_program(Session& session, protocol::grammar::Search command);

}  // namespace postbag
