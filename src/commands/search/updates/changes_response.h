// How a client learns that the results of a search changed. RFC 5267 sections 4.3.2 to 4.3.4.
#pragma once

#include "commands/search/prepare.h"
#include "search/order/list_changes.h"

namespace postbag {

/// `* ESEARCH (TAG "x") UID ADDTO (1 5,3)`, in lines of a size that clients can take. Removed messages still have
/// to be in the view. Nothing when there are no changes.
void respond_changes(Client& client, const SearchRequest& request, const search::ListChanges& changes);

}  // namespace postbag
