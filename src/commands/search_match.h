// Whether a message matches a search program.
#pragma once

#include <span>
#include <string>

#include "commands/search_key.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// Looks at one message, reading no more of it than the key needs: its entry, then its stored structure, then its
/// bytes, piecewise. `keywords` is the mailbox's table. On the account's worker; throws what the store throws.
bool matches(const Key& key, const storage::Message& message, storage::ReadTransaction& tx,
             std::span<const std::string> keywords);

}  // namespace postbag::search
