// What ties a message to the others of its thread. RFC 5322 section 3.6.4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Keys made of the identifiers in Message-ID, In-Reply-To and References, in the order in which the thread is to
/// be looked for: the message's own, those it answers, those it refers to from the last to the first. Each once. Of
/// In-Reply-To the first 20 count, of References the first and the last 20. Empty when there are none. See
/// message_id_keys().
std::vector<std::uint64_t> thread_keys(const Structure& message);

}  // namespace postbag::mime
