// One message as the keys of a search see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "core/limits.h"
#include "core/range_set.h"
#include "core/slice.h"
#include "mail/stored_message.h"
#include "search/keys/kind.h"
#include "search/sought.h"
#include "search/text_scan.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// What a test knows besides the message.
struct Surroundings {
  std::span<const std::string> keywords;  ///< the mailbox's table
  const UidSet& recent;
  std::int64_t now;                                  ///< seconds since 1970
  std::size_t headers_used = Limits().headers_used;  ///< bytes of a message's fields of one name that are read
};

/// For one slice. Nothing of the message is read before a test asks for it. On the account's worker; throws what
/// the store throws.
class Look {
 public:
  /// What was read and found so far, kept from slice to slice.
  struct Memory {
    KnownMessage message;
    std::map<const void*, Relevancy> found = {};  ///< by the tests that read the message
    std::optional<TextScan> scan = {};            ///< of the one that is being read for
  };
  /// How well the keys match that look for something nearly.
  struct Score {
    Relevancy sum = 0;
    unsigned keys = 0;
  };
  Look(Memory& memory, storage::ReadTransaction& tx, const Surroundings& around, SliceEnd end)
      : memory_(memory), stored_(tx, memory.message), around_(around), end_(end) {}

  const storage::Message& message() const { return stored_.entry(); }
  StoredMessage& stored() { return stored_; }
  const Surroundings& surroundings() const { return around_; }

  /// Whether no more may be read in this slice. Each slice may read something.
  bool is_late();
  /// Reads the message for a text. Nothing when the slice is over before it has.
  std::optional<Relevancy> scan(const Sought& sought, mime::SearchIn where);
  /// What a test found in an earlier slice, or earlier in this one.
  std::optional<Relevancy> found(const void* test) const;
  Relevancy remember(const void* test, Relevancy relevancy) { return memory_.found[test] = relevancy; }

  /// Adds to the score if the text was looked for nearly. Yields whether it matched.
  bool count(const Sought& sought, Relevancy relevancy);
  Score score() const { return score_; }
  void set_score(Score score) { score_ = score; }
  /// Of a message that matched.
  Relevancy relevancy() const { return score_.keys == 0 ? 100 : score_.sum / score_.keys; }

 private:
  Memory& memory_;
  StoredMessage stored_;
  const Surroundings& around_;
  SliceEnd end_;
  bool got_on_ = false;  ///< something was read
  Score score_;
};

}  // namespace postbag::search
