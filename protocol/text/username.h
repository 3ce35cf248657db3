// Comparison of user names.
#pragma once

#include <string>
#include <string_view>

namespace postbag::protocol {

/// The form in which user names are compared: RFC 8265 section 3.3.2, UsernameCaseMapped: wide and narrow forms
/// mapped, lower case, NFC. A text that is not UTF-8 is returned unchanged. Whether a name may contain its
/// characters is not checked.
std::string fold_username(std::string_view name);

}  // namespace postbag::protocol
