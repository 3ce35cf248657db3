// Object identifiers in response codes. RFC 8474.
#pragma once

#include <string>

#include "core/object_id.h"

namespace postbag {

/// The response code of CREATE and SELECT, without its brackets. RFC 8474 sections 4.1 and 4.2.
std::string mailbox_id_code(MailboxId mailbox);

}  // namespace postbag
