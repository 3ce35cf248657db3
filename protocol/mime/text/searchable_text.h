// What an index of trigrams is told of a message, and what it is asked, so that it narrows SEARCH BODY and TEXT
// without losing a match. RFC 9051 section 6.4.4.
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

/// How searchable_text() makes its text, libraries included: what another version made is of no use.
const std::string& searchable_text_version();

/// All texts of a message that SEARCH TEXT compares with, folded, as valid UTF-8: U+FFFD stands between two texts
/// and for NUL and each byte that is not UTF-8. Every trigrams() of a needle that is found in the message is in it.
/// Nothing when it is more than some `limit` bytes. `structure`: the stored form; throws CorruptStructure.
/// `read(offset)` gives some of the message's `size` bytes from there on, at least one.
std::optional<std::string> searchable_text(std::string_view structure, std::uint64_t size, std::size_t limit,
                                           const std::function<std::string(std::uint64_t offset)>& read);

/// Different runs of three characters of the needle, at most `most`, each in the searchable_text() of any message
/// with the needle. None when the needle has no three characters in a row that an index could know: then it narrows
/// nothing.
std::vector<std::string> trigrams(const protocol::Needle& needle, std::size_t most);

}  // namespace postbag::mime
