// Address lists. RFC 5322 sections 3.4 and 4.4.
#pragma once

#include <cstddef>
#include <string_view>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Appends the addresses of an unfolded field value to `out` until it holds `limit` (a group may add its end to
/// that). Whatever is written, something is read: an address without '@' gets an empty host, not NIL, as NIL would
/// make it a group; "joe@x (Joe)" has the name Joe. What stands before "<" is a name, whatever it holds. Linear.
/// False when there were more.
bool read_addresses(std::string_view value, std::size_t limit, Addresses& out);

}  // namespace postbag::mime
