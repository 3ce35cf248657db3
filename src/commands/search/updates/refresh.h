// What the searches that a client keeps find once messages have changed.
#pragma once

#include <vector>

#include "async/task.h"
#include "commands/search/updates/updates.h"
#include "core/range_set.h"
#include "search/order/list_changes.h"

namespace postbag {

/// Takes messages out of the results of a search, as far as they are in.
void remove(UpdatedSearch& search, const UidSet& gone, search::ListChanges& changes);

/// Looks at the changed messages again. Yields what changed of each search, in their order; one that fails, since a
/// message cannot be read, is taken from the list with a report to the client.
async::Task<std::vector<search::ListChanges>> refresh_all(Client& client, std::vector<UpdatedSearch>& searches,
                                                          const UidSet& changed);

}  // namespace postbag
