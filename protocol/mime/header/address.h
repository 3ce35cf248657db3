// Address lists. RFC 5322 sections 3.4 and 4.4.
#pragma once

#include <cstddef>
#include <string_view>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Appends the addresses of an unfolded field value to `out` until it holds `limit` (a group may add its end after
/// that). Lenient, so that every text gives something: an address without '@' gets an empty host, not NIL, because
/// NIL would make it a group; "joe@x (Joe)" has the name Joe. Whatever precedes "<" is a name. Linear. False when
/// there were more addresses.
bool read_addresses(std::string_view value, std::size_t limit, Addresses& out);

}  // namespace postbag::mime
