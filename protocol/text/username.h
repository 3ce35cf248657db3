// User names as people type them.
#pragma once

#include <string>
#include <string_view>

namespace postbag::protocol {

/// The form in which user names are compared: RFC 8265 section 3.3.2, UsernameCaseMapped: wide and narrow forms as
/// the usual ones, lower case, NFC. What is not UTF-8 comes back as it is. Which characters a name may have is not
/// looked at.
std::string fold_username(std::string_view name);

}  // namespace postbag::protocol
