// The mailbox a session has selected, as its client knows it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/mailbox_name.h"
#include "core/numbers.h"
#include "core/range_set.h"
#include "session/view.h"

namespace postbag {

struct UpdatedSearches;

/// Loop thread only. What the store says now may be newer; Session::sync() closes the gap.
struct Selected {
  MailboxId id;
  MailboxName name;        ///< when it was selected; another session may have renamed it since
  bool read_only = false;  ///< EXAMINE
  View view;
  std::uint64_t known_next;           ///< every UID below it that is not in the view is gone for the client
  ModSeq told;                        ///< arrivals and flags up to here were told
  ModSeq told_vanished;               ///< removals up to here were told
  bool holds_removals = false;        ///< removals were held back, and the client knows from HIGHESTMODSEQ
  UidSet recent;                      ///< \Recent for this session. RFC 3501 section 2.3.2
  UidSet saved = {};                  ///< the search result variable `$`. RFC 9051 section 6.4.4.1
  std::vector<std::string> keywords;  ///< the mailbox's table as far as FLAGS has told it
  /// Searches whose results the client is kept informed of, as the commands have it; null: none.
  std::shared_ptr<UpdatedSearches> updates = nullptr;
};

}  // namespace postbag
