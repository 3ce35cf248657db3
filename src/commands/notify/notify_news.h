// What NOTIFY reports of the mailboxes that are not selected: the difference between what the client knows and the
// store. RFC 5465 sections 5 and 6.
#pragma once

#include "async/task.h"
#include "session/notify/notify.h"

namespace postbag {

class Client;

/// Whether the STATUS responses of NOTIFY SET STATUS are wanted. RFC 5465 section 3.1.
enum class ReportStatus : bool { no, yes };

/// Begins to watch what `request` names, and reports how it is now if wanted. False, and what was asked before
/// still holds, when that is too much to watch: NOTIFICATIONOVERFLOW.
async::Task<bool> begin_watching(Client& client, NotifyRequest& request, ReportStatus report);

/// NOTIFY NONE.
void end_watching(Client& client);

}  // namespace postbag
