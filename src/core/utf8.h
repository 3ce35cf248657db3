// UTF-8 as RFC 3629 defines it: shortest form only, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postbag {

/// Takes one code point off the front of `text`. Returns false and takes nothing at the end of `text`, or when the
/// bytes are not UTF-8.
bool take_code_point(std::string_view& text, char32_t& out);

void append_utf8(std::string& out, char32_t code_point);

/// True when all of `text` is UTF-8. O(bytes).
bool is_utf8(std::string_view text);

}  // namespace postbag
