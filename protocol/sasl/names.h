// What a user may be called.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/utf8.h"

namespace postbag::sasl {

inline constexpr std::size_t longest_name = 255;  ///< bytes

/// UTF-8 without NUL, not empty and not too long: whatever else is refused before anything is made of it.
inline bool is_user_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name && text.find('\0') == text.npos && is_utf8(text);
}

/// The same of an authorization identity, which may be empty. RFC 4422 section 3.4.1
inline bool is_authzid(std::string_view text) { return text.empty() || is_user_name(text); }

}  // namespace postbag::sasl
