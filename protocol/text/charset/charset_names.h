// Charset names as mail writes them, and what is meant by them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postbag::protocol {

/// The names by which iconv may know what mail in `charset` is written in, the first that it knows counts;
/// "us-ascii" and "utf-8" for all names of these two. The last is the same for all names that differ only in case,
/// punctuation and "x-". Where writers name a charset and send a larger one that has
/// it inside (windows-1252 as iso-8859-1, code page 949 as ks_c_5601-1987), the larger one. None when it can be no
/// name (RFC 2978 section 2.3).
std::vector<std::string> names_for_iconv(std::string_view charset);

}  // namespace postbag::protocol
