// What a client has switched on for the rest of its connection. RFC 5161; RFC 7162 section 3.1 for CONDSTORE.
#pragma once

#include <cstdint>

namespace postbag {

enum class Feature : std::uint8_t {
  imap4rev2 = 1,  ///< RFC 9051 section 6.3.1
  condstore = 2,  ///< FETCH responses tell MODSEQ. RFC 7162 section 3.1
  qresync = 4,    ///< VANISHED instead of EXPUNGE. RFC 7162 section 3.2.3
  uid_only = 8,   ///< no sequence numbers, either way. RFC 9586
};

/// A set of features.
class Features {
 public:
  constexpr bool has(Feature feature) const { return (bits_ & static_cast<std::uint8_t>(feature)) != 0; }
  constexpr void add(Feature feature) {
    bits_ = static_cast<std::uint8_t>(bits_ | static_cast<std::uint8_t>(feature));
  }

 private:
  std::uint8_t bits_ = 0;
};

}  // namespace postbag
