// What a client has missed that comes back after a while: for SELECT (QRESYNC) and UID FETCH (CHANGEDSINCE). RFC
// 7162 sections 3.1.4.1, 3.2.5 and 3.2.6.
#pragma once

#include "core/result.h"
#include "session/selected/view.h"
#include "storage/read_transaction.h"

namespace postbag {

/// Of the messages a client asks about: those that changed, and those that are gone.
struct Missed {
  UidSet changed;
  UidSet vanished;
};

/// `known`: the UIDs asked about, there or not; those never given out are in neither set. On the account's worker.
Result<Missed> missed_since(const storage::ReadTransaction& tx, MailboxId mailbox, storage::Since since,
                            const UidSet& known);

/// The client's sample of sequence numbers and their UIDs, both rising. RFC 7162 section 3.2.5.2.
struct SequenceMatch {
  SeqSet numbers;
  UidSet uids;  ///< as many
};

/// The highest UID of the sample that has its number in `view`: the client knows of every removal up to there.
/// Nothing when none fits. O(runs of both).
std::optional<Uid> highest_match(const View& view, const SequenceMatch& sample);

}  // namespace postbag
