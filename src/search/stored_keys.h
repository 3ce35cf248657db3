// What SORT and THREAD compare of a message, out of the store. On the account's worker; throws what the store
// throws.
#pragma once

#include <cstdint>

#include "mail/stored_message.h"
#include "protocol/mime/sort_keys.h"

namespace postbag::search {

/// Those stored with the message's structure; of one stored by an older version that kept too little, made of its
/// header again.
mime::SortKeys stored_keys(StoredMessage& message);

/// When it was sent, seconds since 1970; when it arrived if it does not say. RFC 5256 section 2.2.
std::int64_t sent_time(StoredMessage& message);

}  // namespace postbag::search
