// The charset that a SEARCH, SORT or THREAD names for its strings. RFC 9051 section 6.4.4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postbag::search {

/// "US-ASCII UTF-8 …": those of the usual charsets that this machine converts. It may know hundreds of others, by
/// several names each. Any thread.
const std::string& usual_charsets();

/// A key's string in UTF-8. Nothing when the bytes are not text in that charset; a U+FFFD that the client itself
/// sends in another charset than UTF-8 cannot be distinguished from that. Without a charset the string is UTF-8:
/// RFC 9051 section 6.4.4 asks for it, and clients that mean US-ASCII send no other bytes.
std::optional<std::string> text_in_charset(std::string_view bytes, std::string_view charset);

}  // namespace postbag::search
