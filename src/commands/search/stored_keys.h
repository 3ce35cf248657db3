// The keys that SORT and THREAD compare, out of the store.
#pragma once

#include "protocol/mime/sort_keys.h"
#include "protocol/mime/stored_structure.h"
#include "storage/mail.h"
#include "storage/read_transaction.h"

namespace postbag {

/// Those stored with the message's structure `stored`; of one stored by an older version that kept too little, made
/// of its header anew. Throws storage::Corrupt when its bytes are missing. Worker.
mime::SortKeys stored_keys(const storage::Message& message, const mime::StoredStructure& stored,
                           storage::ReadTransaction& tx);

}  // namespace postbag
