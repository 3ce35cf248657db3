// The text of a message for a trigram index, and the trigrams to look up, so that the index narrows SEARCH BODY
// and TEXT without losing a match. RFC 9051 section 6.4.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/text/casefold.h"

namespace postbag::mime {

/// The version of searchable_text()'s result, including the libraries it uses: texts of another version cannot be
/// used.
const std::string& searchable_text_version();

/// All texts of a message that SEARCH TEXT compares, folded, as valid UTF-8. U+FFFD separates texts and replaces
/// NUL and each byte that is not UTF-8. For any needle that the message contains, the result contains all its
/// trigrams(). Nothing when it is longer than about `limit` bytes. `structure`: the stored form; throws
/// CorruptStructure. `read(offset)` yields some of the message's `size` bytes from there on, at least one.
std::optional<std::string> searchable_text(std::string_view structure, std::uint64_t size, std::size_t limit,
                                           const std::function<std::string(std::uint64_t offset)>& read);

/// Different sequences of three characters of the needle, at most `most`; each is in the searchable_text() of any
/// message that contains the needle. None when the needle has no three characters in a row that an index could
/// contain: then it narrows nothing.
std::vector<std::string> trigrams(const protocol::Needle& needle, std::size_t most);

}  // namespace postbag::mime
