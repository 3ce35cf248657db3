// What the client of a session believes its selected mailbox to be: the frozen mapping sequence number <-> UID.
// It changes only where that is reported to the client. RFC 9051 section 2.3.1.2.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/numbers.h"
#include "core/range_set.h"

namespace postbag {

/// A run of messages of the view that are neighbours in both numberings.
struct ViewRun {
  UidRange uids;
  SeqNum first;  ///< sequence number of uids.first
};

/// UIDs come in long runs, so a view costs a few bytes for a mailbox of any size. Loop thread only.
class View {
 public:
  View() = default;
  explicit View(const UidSet& uids);

  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// The highest UID the client knows; nothing when the view is empty.
  std::optional<Uid> last_uid() const;

  /// Nothing when no message has that number. O(log runs).
  std::optional<Uid> uid_of(SeqNum seq) const;
  std::optional<SeqNum> seq_of(Uid uid) const;

  /// All UIDs of the view.
  const UidSet& uids() const { return uids_; }
  /// The UIDs of the messages with these sequence numbers; numbers above size() are left out.
  UidSet uids_of(const SeqSet& seqs) const;
  /// The sequence numbers of those of these UIDs that are in the view.
  SeqSet seqs_of(const UidSet& uids) const;
  /// The part of the view that `uids` covers, in rising order.
  std::vector<ViewRun> runs_of(const UidSet& uids) const;

  /// New messages that are being reported; all above last_uid().
  void append(const UidSet& uids);
  /// Takes these out. Yields what to say, one number for each EXPUNGE in rising order of UID: each already
  /// counts the removals before it, as RFC 9051 section 7.5.1 has it. UIDs that are not here are passed over.
  std::vector<SeqNum> remove(const UidSet& uids);

 private:
  void recount();

  UidSet uids_;
  std::vector<std::uint32_t> before_;  ///< messages before each run of uids_
  std::uint32_t size_ = 0;
};

}  // namespace postbag
