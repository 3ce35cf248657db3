#include "commands/object_id.h"

namespace postbag {

std::string mailbox_id_code(MailboxId mailbox) { return "MAILBOXID (" + object_id(mailbox) + ")"; }

}  // namespace postbag
