// The mailboxes that NOTIFY watches and ESEARCH searches. RFC 5465 section 6, RFC 7377 section 2.2.
#pragma once

#include "protocol/command.h"
#include "session/notify/notify_request.h"

namespace postbag {

class Client;

/// Adds these events for the mailboxes that the filter names; nothing for SELECTED and SELECTED-DELAYED, which are
/// the caller's. A name that cannot be one is not there: RFC 5465 section 3.1.
void add_filter(const Client& client, protocol::grammar::FilterMailboxes filter, NotifyEvents events,
                NotifyRequest& request);

}  // namespace postbag
