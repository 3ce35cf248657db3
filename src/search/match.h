// Whether a message matches a search program.
#pragma once

#include <optional>

#include "core/slice.h"
#include "search/key.h"
#include "search/look.h"
#include "search/sought.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// Matches a key against one message, in slices of time, reading no more of the message than the key needs. On the
/// account's worker; throws what the store throws.
class MessageMatch {
 public:
  /// `key` must outlive this.
  MessageMatch(const Key& key, const storage::Message& message) : key_(&key), memory_{.message = {message}} {}

  const storage::Message& message() const { return memory_.message.entry; }
  /// Goes on, until `end` at most or a piece longer. Nothing: there is more to do, and so far nothing is known.
  std::optional<Relevancy> step(storage::ReadTransaction& tx, const Surroundings& around, SliceEnd end);

 private:
  const Key* key_;
  Look::Memory memory_;
};

}  // namespace postbag::search
