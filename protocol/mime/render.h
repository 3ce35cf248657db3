// ENVELOPE, BODY and BODYSTRUCTURE in wire form. RFC 3501 section 7.4.2, RFC 9051 section 7.5.2.
#pragma once

#include <string>
#include <vector>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// The ENVELOPE value with its parentheses. The same for rev1 and rev2: 8-bit strings are literals, which both
/// allow.
std::string envelope(const Envelope& envelope);
/// The ENVELOPE of the message itself.
std::string envelope(const Structure& structure);

/// BODYSTRUCTURE, and the ranges of it that are extension data: without them the text is BODY.
struct RenderedBody {
  std::string bodystructure;
  std::vector<ByteRange> extensions;  ///< rising, disjoint
};
RenderedBody render_body(const Structure& structure);

/// `bodystructure` without the ranges in `extensions`.
std::string without(std::string_view bodystructure, const std::vector<ByteRange>& extensions);

/// The BODY and BODYSTRUCTURE values. RFC 9051 section 7.5.2.
std::string body(const Structure& structure);
std::string bodystructure(const Structure& structure);

}  // namespace postbag::mime
