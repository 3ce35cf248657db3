// The subject without the additions of replying and forwarding. RFC 5256 section 2.1.
#pragma once

#include <string>
#include <string_view>

namespace postbag::mime {

struct BaseSubject {
  std::string text;  ///< UTF-8 as written, not yet folded; empty when nothing is left
  bool reply_or_forward =
      false;  ///< "re:", "fwd:", "(fwd)" or "[fwd: ]" was removed. RFC 5256 section 3, REFERENCES
};

/// The base subject of a Subject field's readable text (unfolded, encoded words decoded). O(bytes).
BaseSubject base_subject(std::string_view subject_utf8);

}  // namespace postbag::mime
