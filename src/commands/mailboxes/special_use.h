// Special uses of mailboxes by their attributes. RFC 6154 section 2, RFC 8457.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/mail.h"

namespace postbag {

/// "\Drafts \Sent"; empty for none.
std::string special_use_attributes(storage::SpecialUses uses);

/// The use of that attribute, in any case. Nothing for one that no mailbox can have: an unknown attribute, and \All
/// and
/// \Flagged, which stand for mailboxes that show the messages of others.
std::optional<storage::SpecialUse> assignable_use(std::string_view attribute);

}  // namespace postbag
