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

/// Looks at one message, reading no more of it than the key needs: its entry, then its stored structure, then its
/// bytes, piecewise. On the account's worker; throws what the store throws.
bool matches(const Key& key, const storage::Message& message, storage::ReadTransaction& tx,
             const Surroundings& around);

}  // namespace postbag::search
