// Running a search program: the one way through a mailbox for SEARCH, SORT and THREAD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/limits.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "core/slice.h"
#include "search/finds.h"
#include "search/key.h"
#include "search/match.h"
#include "search/narrow.h"
#include "storage/read_transaction.h"

namespace postbag::search {

/// What to look for, and where.
struct Job {
  MailboxId mailbox;
  Key key;
  UidSet recent;                                     ///< for the session
  std::int64_t now;                                  ///< seconds since 1970
  UidSet candidates;                                 ///< only these, as far as they exist
  std::size_t headers_used = Limits().headers_used;  ///< as in Surroundings
};

/// Whether the index should be asked before this job runs: fewer messages are read sooner than the index is asked.
bool is_worth_narrowing(const Job& job);

/// One pass through a mailbox. step() runs on the account's worker, the rest on the loop, never at the same time.
class Run {
 public:
  /// What is passed must outlive this, but for `narrowing`.
  Run(const Job& job, std::optional<Narrowing> narrowing, Finds& finds)
      : job_(job), narrowing_(std::move(narrowing)), finds_(finds) {}

  /// Goes on, until `end` at most or a piece of a message longer. False when it is through, or the mailbox is gone.
  /// Throws what the store throws.
  bool step(storage::ReadTransaction& tx, SliceEnd end);
  bool is_mailbox_gone() const { return is_gone_; }
  /// Messages looked at so far, of job.candidates.
  std::uint64_t done() const { return done_; }

 private:
  /// What one step has at hand.
  struct Slice {
    storage::ReadTransaction& tx;
    const Surroundings& around;
    SliceEnd end;
    bool got_on = false;  ///< each step does
  };
  bool take(const std::vector<storage::Message>& messages, Slice& slice);
  bool take(const storage::Message& message, Slice& slice);

  const Job& job_;
  const std::optional<Narrowing> narrowing_;
  Finds& finds_;
  std::optional<Uid> from_ = Uid::min();
  std::uint64_t done_ = 0;
  bool is_gone_ = false;
  std::unique_ptr<MessageMatch> begun_;  ///< on the message `from_`, perhaps
};

}  // namespace postbag::search
