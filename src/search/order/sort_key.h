// The order of a SORT: each message becomes one string of bytes, and the strings are compared. RFC 5256 section 3.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "protocol/command.h"
#include "search/sought.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// RFC 5256 section 3, RFC 5957 section 4, RFC 6203 section 6.
enum class SortBy : std::uint8_t {
  arrival,
  cc,
  date,
  from,
  size,
  subject,
  to,
  display_from,
  display_to,
  relevancy
};

struct SortCriterion {
  SortBy by;
  bool reverse = false;
};
using SortOrder = std::vector<SortCriterion>;

SortOrder sort_order(protocol::grammar::Sort command);
/// Those criteria that count: a repeated one changes nothing.
SortOrder without_repeats(const SortOrder& order);
bool is_by_relevancy(const SortOrder& order);

/// Appends the message's key: the keys compare as bytes, equal ones are in the order of the UIDs. On the account's
/// worker.
void append_sort_key(std::string& out, std::span<const SortCriterion> order, const storage::Message& message,
                     storage::ReadTransaction& tx, Relevancy relevancy);

}  // namespace postbag::search
