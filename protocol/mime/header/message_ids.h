// Message identifiers, as Message-ID, In-Reply-To and References hold them. RFC 5322 section 3.6.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace postbag::mime {

/// What stands between "<" and ">" in a field's unfolded value; anything around it is a comment or a phrase
/// (RFC 5322 section 4.5.4), and what is in comments and quotes is no identifier. Views into `value`.
std::vector<std::string_view> message_ids(std::string_view value);

/// How many identifiers of a field count: a hostile one may have a hundred thousand.
struct Most {
  std::size_t first;
  std::size_t last;
};

/// A key for each identifier: the beginning of its BLAKE2b, which takes the same room however long it is. White
/// space in it does not count (some writers fold their lines there), nor do comments and quoting: <"a"@b> is <a@b>
/// (RFC 5256 section 3, REFERENCES). Only those that are valid have one: with one "@" that is not quoted, and
/// something before and behind it; `most` is of these. Never changes: it is stored.
std::vector<std::uint64_t> message_id_keys(std::string_view value, Most most);

/// The same of the first valid identifier only; of the whole value when it has none in brackets, which some writers
/// leave out. Empty or one.
std::vector<std::uint64_t> own_message_id_key(std::string_view value);

}  // namespace postbag::mime
