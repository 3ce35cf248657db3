// The last step of SEARCH, SORT and ESEARCH: saving what was found, answering, keeping the results up to date.
#pragma once

#include "commands/search/prepare.h"
#include "search/finds.h"

namespace postbag {

class Client;

/// RFC 9051 section 6.4.4, RFC 5267 section 4.3.
void finish(Client& client, SearchRequest request, search::Results found);

}  // namespace postbag
