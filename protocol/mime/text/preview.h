// The beginning of what a message says, for lists of messages. RFC 8970.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Of a message, or of its text, this much is looked at.
constexpr std::size_t preview_reads = std::size_t{32} * 1024;

/// Up to 200 characters of UTF-8 in one line: the first text that says something and is no attachment, plain where
/// an alternative offers it, without markup and quoted lines. Of messages within the message only when there is no
/// other. Empty when there is nothing to read: pictures, or what is encrypted. RFC 8970 section 3.3. `read` yields
/// bytes of the message; it is called 8 times at most, for preview_reads bytes together.
std::string preview(const Structure& message, const std::function<std::string(ByteRange)>& read);

/// The same from the first bytes of a message, for one that was stored without a preview.
std::string preview_of_beginning(std::string_view bytes);

}  // namespace postbag::mime
