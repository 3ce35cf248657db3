// Message identifiers in Message-ID, In-Reply-To and References. RFC 5322 section 3.6.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace postbag::mime {

/// The texts between "<" and ">" in a field's unfolded value. Anything around them is a comment or a phrase (RFC
/// 5322 section 4.5.4); brackets in comments and quotes are ignored. Views into `value`.
std::vector<std::string_view> message_ids(std::string_view value);

/// How many identifiers of a field are used: a hostile field may have a hundred thousand.
struct Most {
  std::size_t first;
  std::size_t last;
};

/// A key for each identifier: the first bytes of its BLAKE2b, so that its size is fixed. White space in it is
/// ignored (some writers fold lines there), and so are comments and quoting: <"a"@b> is <a@b> (RFC 5256 section 3,
/// REFERENCES). Only valid identifiers have a key: those with one unquoted "@" and something before and after it.
/// `most` counts these. Keys are stored, so the function must never change.
std::vector<std::uint64_t> message_id_keys(std::string_view value, Most most);

/// The key of the first valid identifier only; when there is none in brackets, which some writers leave out, of
/// the whole value. Empty or one.
std::vector<std::uint64_t> own_message_id_key(std::string_view value);

}  // namespace postbag::mime
