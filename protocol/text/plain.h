// Text made short and plain, for people to glance at.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postbag::protocol {

/// What a reader sees of HTML: tags, comments, styles and scripts gone, entities read, blocks apart by a space. Not
/// a parser of HTML: whatever it is given, some text comes back. O(bytes), no recursion.
std::string text_of_html(std::string_view html_utf8);

/// The lines of a plain text that do not quote another message ("> ..."); the whole of it when there are no others.
std::string without_quotes(std::string_view text_utf8);

/// The first `most` characters (code points), in one line: white space is one space, control and invisible
/// characters and what is no UTF-8 are left out, and no grapheme is cut in two.
std::string glance(std::string_view text_utf8, std::size_t most);

}  // namespace postbag::protocol
