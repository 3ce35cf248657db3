// The charset that a SEARCH, SORT or THREAD names for its strings. RFC 9051 section 6.4.4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postbag {

/// `[BADCHARSET (…)]` without the brackets. A server may know hundreds of names and more of each; this tells those
/// of the usual ones that this machine converts. Any thread.
const std::string& bad_charset_code();

/// A key's string in UTF-8. Nothing when the bytes are not text in that charset; a U+FFFD that the client itself
/// sends in another charset than UTF-8 cannot be told from that. Without a charset the string is UTF-8: RFC 9051
/// section 6.4.4 asks for it, and clients that mean US-ASCII send no other bytes.
std::optional<std::string> search_string(std::string_view bytes, std::string_view charset);

}  // namespace postbag
