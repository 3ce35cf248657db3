// What a client has switched on for the rest of its connection. RFC 5161; RFC 7162 section 3.1 for CONDSTORE.
#pragma once

#include <cstdint>

#include "core/enum_set.h"

namespace postbag {

enum class Feature : std::uint8_t {
  imap4rev2,  ///< RFC 9051 section 6.3.1
  condstore,  ///< FETCH responses have MODSEQ. RFC 7162 section 3.1
  qresync,    ///< VANISHED instead of EXPUNGE. RFC 7162 section 3.2.3
  uid_only,   ///< no sequence numbers, either way. RFC 9586
  utf8,       ///< UTF-8 in quoted strings and mailbox names. RFC 6855
};

using Features = EnumSet<Feature, Feature::utf8>;

}  // namespace postbag
