// Charset names as mail uses them, and the charsets they mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postbag::protocol {

/// The names by which iconv may know the charset that mail labels `charset`; use the first that it knows.
/// "us-ascii" and "utf-8" for all names of these two. The last one is the same for all names that differ only in
/// case, punctuation and "x-". Where writers name a charset but use a larger one that contains it (windows-1252 as
/// iso-8859-1, code page 949 as ks_c_5601-1987), the larger one. None when it cannot be a name (RFC 2978 section
/// 2.3).
std::vector<std::string> names_for_iconv(std::string_view charset);

}  // namespace postbag::protocol
