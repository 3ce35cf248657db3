// Names that a client gives to new mailboxes.
#pragma once

#include <expected>
#include <string_view>

#include "core/mailbox_name.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// The name for a mailbox that CREATE or RENAME makes. NO when it is no name, or not Net-Unicode: then two names
/// could look the same (RFC 9051 sections 5.1 and 6.3.4). Existing mailboxes are found by their bytes whatever
/// their names.
std::expected<MailboxName, Reply> new_mailbox_name(const Client& client, std::string_view argument);

}  // namespace postbag
