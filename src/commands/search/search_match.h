// Whether a message matches a search program.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "commands/search/search_key.h"
#include "commands/search/search_text.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// What a test knows besides the message.
struct Surroundings {
  std::span<const std::string> keywords;  ///< the mailbox's table
  const UidSet& recent;
  std::int64_t now;  ///< seconds since 1970
};

/// Matches a key against one message, in slices of time, reading no more of the message than the key needs: its
/// entry, then its stored structure, then its bytes, piecewise. On the account's worker; throws what the store
/// throws.
class MessageMatch {
 public:
  /// `key` must outlive this.
  MessageMatch(const Key& key, const storage::Message& message) : key_(&key), message_(message) {}

  const storage::Message& message() const { return message_; }
  /// Goes on, until `end` at most or a piece longer. Nothing: there is more to do, and so far nothing is known.
  std::optional<Relevancy> step(storage::ReadTransaction& tx, const Surroundings& around,
                                std::chrono::steady_clock::time_point end);

 private:
  class Visit;

  const Key* key_;
  storage::Message message_;
  std::optional<std::string> structure_;
  std::map<const void*, Relevancy> known_;  ///< of the tests that read the message
  std::optional<TextLook> look_;            ///< of the one that is being read for
};

}  // namespace postbag::search
