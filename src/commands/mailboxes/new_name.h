// Names that a client gives to new mailboxes.
#pragma once

#include <expected>
#include <string_view>

#include "session/access/mailbox_access.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// Where the mailbox is to be that CREATE or RENAME makes. NO when its name is none, or not Net-Unicode: then two
/// names could look the same (RFC 9051 sections 5.1 and 6.3.4). Existing mailboxes are found by their bytes
/// whatever their names.
std::expected<Place, Reply> new_mailbox_place(const Client& client, std::string_view argument);

}  // namespace postbag
