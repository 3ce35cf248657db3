// What BODY[section]<partial> and BINARY[section]<partial> have in common.
#pragma once

#include "commands/fetch/fetch_item.h"
#include "protocol/mime/structure.h"

namespace postbag {

/// Takes over the section and the partial, and completes the item's label with them: "[1.2.HEADER.FIELDS
/// (From)]<0>", as responses name it. RFC 9051 section 7.5.2.
void set_section(FetchItem& item, protocol::Section section, protocol::grammar::FetchAtt att);

/// The part of `range` that a partial asks for. RFC 9051 section 6.4.5: beyond the end there is nothing.
mime::ByteRange cut(mime::ByteRange range, const std::optional<protocol::Partial>& partial);

}  // namespace postbag
