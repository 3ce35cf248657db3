// The keys by which SORT and THREAD compare messages, computed once and stored with the structure. RFC 5256, RFC
// 5957.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Texts are folded (protocol::casefolded), so that their byte order is the sort order. Each has at most 4 KiB.
struct SortKeys {
  std::string subject;  ///< the base subject. RFC 5256 section 2.1
  bool reply_or_forward = false;
  std::string from, to, cc;              ///< the first address's mailbox; empty when there is none
  std::string display_from, display_to;  ///< RFC 5957 section 3
  std::vector<std::uint64_t> id;         ///< of its Message-ID, one or none; see message_ids.h
  /// The messages it refers to, from the first of its thread to the one it answers: References, or else the first
  /// identifier of In-Reply-To. Of many identifiers the first 32 and the last 96. RFC 5256 section 3, REFERENCES.
  std::vector<std::uint64_t> references;
  bool operator==(const SortKeys&) const = default;
};

SortKeys sort_keys(const Structure& message);

/// Computes the keys from the stored common fields, for messages stored before sort keys existed.
SortKeys sort_keys_of_fields(std::string_view common_fields);

}  // namespace postbag::mime
