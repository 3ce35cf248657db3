// PREVIEW. RFC 8970.

#include "protocol/mime/text/preview.h"

#include <algorithm>
#include <cstdint>

#include "commands/fetch/fetch_answer.h"
#include "commands/fetch/items/rows.h"

namespace postbag {

namespace {

/// LAZY is the only modifier. Section 4.
void read(protocol::grammar::FetchAtt att, FetchItem& item) { item.lazy = att.preview_mod().size() > 0; }

/// NIL only for a client that is in a hurry: section 4.1.
void write(FetchAnswer& a) {
  const mime::StoredStructure stored = a.message.structure();
  if (const auto preview = stored.preview(); preview || a.item.lazy) {
    a.out.nstring(preview);
    return;
  }
  const std::uint64_t beginning = std::min<std::uint64_t>(a.message.entry().size, 2 * mime::preview_reads);
  a.out.string(mime::preview_of_beginning(a.message.bytes({0, beginning})));
}

}  // namespace

const FetchRow preview_row{.label = "PREVIEW", .needs = FetchNeeds::structure, .read = read, .write = write};

}  // namespace postbag
