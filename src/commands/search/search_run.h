// Running a search program: the one way through a mailbox for SEARCH, SORT and THREAD.
#pragma once

#include <cstdint>

#include "async/task.h"
#include "commands/search/in_progress.h"
#include "commands/search/search_key.h"
#include "commands/search/search_match.h"
#include "session/account/account.h"

namespace postbag::search {

/// Takes what a search finds.
class Finds {
 public:
  /// One message that matches, and how well; rising by UID. On the account's worker, within its transaction.
  virtual void take(const storage::Message& message, storage::ReadTransaction& tx, Relevancy relevancy) = 0;

 protected:
  ~Finds() = default;
};

/// What to look for, and where.
struct Job {
  MailboxId mailbox;
  Key key;
  UidSet recent;      ///< for the session
  std::int64_t now;   ///< seconds since 1970
  UidSet candidates;  ///< only these, as far as they are there
};

/// Goes through the mailbox in slices that hold the account's worker for some 20 ms. Yields false when the mailbox
/// or the client is gone. `progress` null: nothing is told meanwhile. What is passed must outlive the task. Throws
/// what the store throws. Loop thread.
async::Task<bool> run(Account& account, const Job& job, Finds& finds, InProgress* progress = nullptr);

}  // namespace postbag::search
