// Where messages of the selected mailbox go: COPY, MOVE, REPLACE.
#pragma once

#include <expected>
#include <string_view>

#include "session/access/mailbox_access.h"
#include "session/reply.h"

namespace postbag {

class Client;

/// The target that the argument names, in the account of the selected mailbox, so that one transaction does it all.
/// NO when it is no name; NO [CANNOT] when it belongs to another account.
std::expected<Place, Reply> target_beside_selected(const Client& client, std::string_view mailbox);

}  // namespace postbag
