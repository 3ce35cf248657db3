// The ESEARCH response. RFC 9051 section 7.3.4, RFC 4731, RFC 5267 section 3, RFC 7377.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "commands/arguments.h"
#include "commands/search/numbers.h"
#include "commands/search/prepare.h"
#include "protocol/response/writer.h"
#include "search/finds.h"

namespace postbag {

/// What was found, as the client reads it.
struct SearchAnswer {
  Numbers numbers;
  search::Scores scores;                ///< of each; for RELEVANCY
  std::optional<std::uint64_t> modseq;  ///< when the answer has one
};

/// `* ESEARCH (TAG "x" MAILBOX y UIDVALIDITY 1) UID`, of this request.
void begin_extended(protocol::Writer& out, const SearchRequest& request);

/// `* ESEARCH (TAG "x") UID MIN 1 …`: what the request wants of the answer.
void write_extended(protocol::Writer& out, const SearchRequest& request, const SearchAnswer& answer);

}  // namespace postbag
