// The beginning of a message's text, for lists of messages. RFC 8970.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// At most this much of a message, or of its text, is read.
constexpr std::size_t preview_reads = std::size_t{32} * 1024;

/// Up to 200 characters of UTF-8 in one line: from the first text that is not blank and not an attachment, in its
/// plain form where an alternative has one, without markup and quoted lines. Texts of embedded messages are used
/// only when there is no other. Empty when nothing is readable, for example only pictures or encrypted text. RFC
/// 8970 section 3.3. `read` yields bytes of the message; it is called at most 8 times, for preview_reads bytes in
/// total.
std::string preview(const Structure& message, const std::function<std::string(ByteRange)>& read);

/// The same from the first bytes of a message, for one stored without a preview.
std::string preview_of_beginning(std::string_view bytes);

}  // namespace postbag::mime
