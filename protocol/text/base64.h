// Base64. RFC 4648.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// With padding. RFC 4648 section 4.
std::string base64_encoded(std::string_view bytes);

/// The bytes of base64 text (RFC 4648 section 4, padding required, no white space); nothing when it is invalid.
std::optional<std::string> base64_decoded(std::string_view text);

/// The same for the alphabet of URLs, without padding. RFC 4648 section 5, RFC 7515 section 2.
std::optional<std::string> base64url_decoded(std::string_view text);

}  // namespace postbag::protocol
