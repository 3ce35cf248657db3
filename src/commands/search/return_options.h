// The RETURN options of SEARCH, ESEARCH and SORT. RFC 4466 section 2.6.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>

#include "commands/fetch/fetch_item.h"
#include "commands/fetch/partial_range.h"
#include "protocol/command.h"
#include "session/reply.h"

namespace postbag {

/// What the client wants to know of the results. RFC 9051 section 6.4.4, RFC 4731, RFC 5182, RFC 5267, RFC 9394.
struct SearchReturn {
  bool extended = false;  ///< RETURN was given: the answer is ESEARCH
  bool min = false;
  bool max = false;
  bool all = false;
  bool count = false;
  bool save = false;
  std::optional<PartialRange> partial;
  bool relevancy = false;         ///< RFC 6203 section 4
  bool update = false;            ///< reports of how the results change
  std::size_t command_bytes = 0;  ///< about what is kept of the command for UPDATE
  FetchItems update_items;        ///< of messages that arrive and are found. RFC 5465 section 7
  /// Whether some answer is due besides saving.
  bool wants_answer() const { return min || max || all || count || partial || relevancy || update; }
};

/// BAD for an option that we do not know, and for more than one of ALL and PARTIAL. For SORT: RFC 5267 section 3.
std::expected<SearchReturn, Reply> search_return(protocol::grammar::Search command);
std::expected<SearchReturn, Reply> search_return(protocol::grammar::Esearch command);
std::expected<SearchReturn, Reply> search_return(protocol::grammar::Sort command);

}  // namespace postbag
