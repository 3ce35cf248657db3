// Whether a message matches a search program.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "commands/search_key.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// What a test knows besides the message.
struct Surroundings {
  std::span<const std::string> keywords;  ///< the mailbox's table
  const UidSet& recent;
  std::int64_t now;  ///< seconds since 1970
};

/// How well a message matches, 1 to 100: below 100 only by FUZZY, RFC 6203 section 4. 0: it does not.
using Relevancy = unsigned;

/// Looks at one message, reading no more of it than the key needs: its entry, then its stored structure, then its
/// bytes, piecewise. On the account's worker; throws what the store throws.
Relevancy relevancy(const Key& key, const storage::Message& message, storage::ReadTransaction& tx,
                    const Surroundings& around);

}  // namespace postbag::search
