// What the search index of an account is made of: ties storage, which looks into no message, to protocol/mime.
#pragma once

#include "storage/options.h"

namespace postbag {

/// For StoreSettings::search_texts. Messages with more than 256 kB of text are not indexed.
storage::SearchTexts search_texts();

}  // namespace postbag
