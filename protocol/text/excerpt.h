// Short readable excerpts of texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// The text of HTML as a reader sees it: without tags, comments, styles and scripts, with entities decoded and a
/// space between blocks. Not a real HTML parser: it yields some text for any input. O(bytes), no recursion.
std::string text_of_html(std::string_view html_utf8);

/// The lines of a plain text that do not quote another message ("> ..."); all lines when there are no others.
std::string without_quotes(std::string_view text_utf8);

/// The first `most` characters (code points) in one line: white space becomes one space; control characters,
/// invisible characters and invalid UTF-8 are left out; no grapheme is divided.
std::string excerpt(std::string_view text_utf8, std::size_t most);

}  // namespace postbag::protocol
