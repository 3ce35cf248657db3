// An index page as bytes: storage/FORMAT.md, "Page". Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/mail.h"

namespace postbag::storage::pages {

/// The page of `messages`, which rise by UID, lie at or above `key` and are at least one. In the newest format.
std::string pack_page(Uid key, std::span<const Message> messages);
/// What pack_page was given, also that of an older postbag. Throws Corrupt.
std::vector<Message> unpack_page(Uid key, std::string_view bytes);
/// Whether pack_page would write the page in the same format. Throws Corrupt when it is empty.
bool is_newest_format(std::string_view page);

/// A set of UIDs: pairs of (gap, length - 1) as varints.
std::string pack_uids(const UidSet& uids);
/// Throws Corrupt.
UidSet unpack_uids(std::string_view bytes);

/// A table of keywords: (length, bytes) each.
std::string pack_keywords(std::span<const std::string> keywords);
/// Throws Corrupt.
std::vector<std::string> unpack_keywords(std::string_view bytes);

}  // namespace postbag::storage::pages
