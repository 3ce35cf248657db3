// What NOTIFY tells of the mailboxes that are not selected: the difference between what the client was told and the
// store. RFC 5465 sections 5 and 6.
#pragma once

#include "async/task.h"
#include "session/notify.h"

namespace postbag {

class Session;

/// Whether the STATUS responses of NOTIFY SET STATUS are wanted. RFC 5465 section 3.1.
enum class TellStatus : bool { no, yes };

/// Begins to watch what `request` names, and tells how it is now if wanted. False, and what was asked before still
/// holds, when that is too much to watch: NOTIFICATIONOVERFLOW.
async::Task<bool> begin_watching(Session& session, NotifyRequest& request, TellStatus tell);

/// NOTIFY NONE.
void end_watching(Session& session);

}  // namespace postbag
