// The keys that connect a message with the others of its thread. RFC 5322 section 3.6.4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Keys of the identifiers in Message-ID, In-Reply-To and References, in the order in which to look for the
/// thread: the message's own, those it answers, then those it refers to from the last to the first. Each once. At
/// most the first 20 of In-Reply-To and the first and last 20 of References. May be empty. See message_id_keys().
std::vector<std::uint64_t> thread_keys(const Structure& message);

}  // namespace postbag::mime
