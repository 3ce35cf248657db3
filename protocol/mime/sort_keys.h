// What SORT and THREAD compare of a message, worked out once and stored with its structure. RFC 5256, RFC 5957.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/structure.h"

namespace postbag::mime {

/// Texts are folded (protocol::casefolded): their bytes give the order. Each takes at most 4 KiB.
struct SortKeys {
  std::string subject;  ///< the base subject. RFC 5256 section 2.1
  bool reply_or_forward = false;
  std::string from, to, cc;              ///< the first address's mailbox; empty when there is none
  std::string display_from, display_to;  ///< RFC 5957 section 3
  std::vector<std::uint64_t> id;         ///< of its Message-ID, one or none; see message_ids.h
  /// The messages it refers to, the first of its thread first, the one it answers last: References, or what
  /// In-Reply-To begins with. Of many the first 32 and the last 96. RFC 5256 section 3, REFERENCES.
  std::vector<std::uint64_t> references;
  bool operator==(const SortKeys&) const = default;
};

SortKeys sort_keys(const Structure& message);

/// From the fields that are kept of a message stored before its sort keys were.
SortKeys sort_keys_of_fields(std::string_view common_fields);

}  // namespace postbag::mime
